using System.Globalization;

namespace LlamaNative.Models;

/// <summary>
/// The layers removed by quantization and the names of tensors after renumbering (<c>remap_layer</c> in llama-quant.cpp).
/// </summary>
internal sealed class PrunedLayers
{
    public PrunedLayers(IEnumerable<int> layers) => Pruned = [.. layers.Distinct().Order()];

    /// <summary>The removed layers, in order.</summary>
    public IReadOnlyList<int> Pruned { get; }

    /// <summary>Returns the name in the result; null for a tensor of a removed layer.</summary>
    public string? Rename(string name)
    {
        if (Pruned.Count == 0 || !TryFindLayer(name, out int layer, out Range digits))
        {
            return name;
        }

        int before = Pruned.Count(pruned => pruned < layer);
        return Pruned.Contains(layer)
            ? null
            : string.Concat(name[..digits.Start], (layer - before).ToString(CultureInfo.InvariantCulture), name[digits.End..]);
    }

    private static bool TryFindLayer(string name, out int layer, out Range digits)
    {
        layer = 0;
        digits = default;
        int start = name.IndexOf("blk.", StringComparison.Ordinal) + 4;
        int end = start < 4 ? -1 : name.IndexOf('.', start);
        digits = start..Math.Max(end, start);
        return end > start && int.TryParse(name.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out layer);
    }
}
