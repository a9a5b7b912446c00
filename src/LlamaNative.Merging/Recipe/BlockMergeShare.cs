using System.Runtime.CompilerServices;

namespace LlamaNative.Merging.Recipe;

/// <summary>
/// One <c>operations</c> entry of a BlockMerge recipe: a tensor filter, and the second model's share along the matching
/// tensors.
/// </summary>
internal sealed record BlockMergeOperation(string? Filter, IReadOnlyList<double> Gradient, bool LayerOnly, bool NoLayers)
{
    private readonly ConditionalWeakTable<IReadOnlyList<string>, Dictionary<string, int>> _matches = [];

    /// <summary>The second model's share in a tensor; 0 if the operation does not apply to it.</summary>
    public double ShareOf(string name, IReadOnlyList<string> names)
    {
        Dictionary<string, int> matches = _matches.GetValue(names, Match);
        return matches.TryGetValue(name, out int index) ? SegmentSamples.At(Gradient, matches.Count, index) : 0;
    }

    private Dictionary<string, int> Match(IReadOnlyList<string> names)
    {
        // Like the original, search for "layer", which matches both model.layers. and layernorm.
        var matches = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            bool inLayer = name.Contains("layer", StringComparison.Ordinal);
            if ((!LayerOnly || inLayer) && (LayerOnly || !NoLayers || !inLayer)
                && (string.IsNullOrEmpty(Filter) || name.Contains(Filter, StringComparison.Ordinal)))
            {
                matches.TryAdd(name, matches.Count);
            }
        }

        return matches;
    }
}

/// <summary>
/// A model's weight after all operations x₁←(1−r)x₁+r·x₂: the first model's weight is the product of the (1−r).
/// </summary>
internal sealed record BlockMergeShare(IReadOnlyList<BlockMergeOperation> Operations, bool Second) : ParameterValue
{
    public override ParameterScalar Resolve(in TensorName name, TensorPlace place)
    {
        double first = 1;
        double second = 0;
        foreach (BlockMergeOperation operation in Operations)
        {
            double share = operation.ShareOf(name.HuggingFace, place.Names);
            first *= 1 - share;
            second = (second * (1 - share)) + share;
        }

        return Second ? second : first;
    }
}
