using LlamaNative.Merging.Inputs;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>Which type each output tensor is written in.</summary>
internal sealed class OutputTypes
{
    private readonly GgmlType? _wanted;
    private readonly bool _keeps;

    /// <param name="wanted">The type that the recipe or the caller asks for, one of F32, F16 and BF16.</param>
    /// <param name="quantized">Whether matrices are quantized in the end.</param>
    /// <param name="method">Layer stacks can keep tensors as they are.</param>
    /// <param name="reference">The model that is asked where nobody asks.</param>
    public OutputTypes(GgmlType? wanted, bool quantized, MergeMethod method, MergeModel reference)
    {
        _keeps = wanted is null && !quantized && method == MergeMethod.Passthrough;
        _wanted = wanted ?? (quantized ? GgmlType.F16 : TypeOf(reference));
    }

    /// <summary>The type of matrices; null where tensors are kept as they are.</summary>
    public GgmlType? Matrices => _keeps ? null : _wanted;

    public static bool IsFloat(GgmlType type) => type is not (GgmlType.I8 or GgmlType.I16 or GgmlType.I32 or GgmlType.I64 or GgmlType.F64);

    public GgmlType For(string name, in TensorShape shape, IReadOnlyList<(MergeModel Model, GgmlType Type)> inputs, bool unchanged)
    {
        if (!IsFloat(inputs[0].Type) || (_keeps && unchanged))
        {
            return inputs[0].Type;
        }

        // Vectors stay F32 in every GGUF file, and so does what a smaller model keeps in F32 on purpose.
        bool keptInF32 = !TensorNames.IsVocabulary(name)
            && inputs.All(input => input.Type == GgmlType.F32 && TypeOf(input.Model) != GgmlType.F32);
        return shape.RowCount == 1 || keptInF32 ? GgmlType.F32 : _wanted!.Value;
    }

    private static GgmlType TypeOf(MergeModel model)
    {
        GgmlType type = model.Find(TensorNames.TokenEmbedding)?.Type ?? GgmlType.F16;
        return FloatEncoding.Supports(type) ? type : GgmlType.F16;
    }
}
