using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>Which type each output tensor is written in.</summary>
internal sealed class OutputTypes
{
    private readonly GgmlType? _wanted;
    private readonly bool _keeps;

    /// <param name="wanted">The type that the recipe or the caller asks for, one of F32, F16 and BF16.</param>
    /// <param name="quantization">What the file is quantized to afterwards.</param>
    /// <param name="method">Layer stacks can keep tensors as they are.</param>
    /// <param name="reference">The model that is asked where nobody asks.</param>
    public OutputTypes(GgmlType? wanted, string? quantization, MergeMethod method, MergeModel reference)
    {
        Quantization = quantization;
        _keeps = wanted is null && quantization is null && method == MergeMethod.Passthrough;
        _wanted = wanted ?? (quantization is not null ? GgmlType.F16 : TypeOf(reference));
    }

    /// <summary>What the file is quantized to afterwards; null for nothing.</summary>
    public string? Quantization { get; }

    /// <summary>The type of matrices; null where tensors are kept as they are.</summary>
    public GgmlType? Matrices => _keeps ? null : _wanted;

    public bool IsFloat(GgmlType type) => type is not (GgmlType.I8 or GgmlType.I16 or GgmlType.I32 or GgmlType.I64 or GgmlType.F64);

    public GgmlType For(string name, in TensorShape shape, IReadOnlyList<(MergeModel Model, GgmlType Type)> inputs, bool unchanged)
    {
        if (!IsFloat(inputs[0].Type) || (_keeps && unchanged))
        {
            return inputs[0].Type;
        }

        // Vectors stay F32 in every GGUF file, and so does what a smaller model keeps in F32 on purpose.
        bool keptInF32 = !TensorNames.IsVocabulary(name) && inputs.All(input => input.Type == GgmlType.F32 && TypeOf(input.Model) != GgmlType.F32);
        return shape.RowCount == 1 || keptInF32 ? GgmlType.F32 : _wanted!.Value;
    }

    private static GgmlType TypeOf(MergeModel model)
    {
        GgmlType type = model.Find(TensorNames.TokenEmbedding)?.Type ?? GgmlType.F16;
        return FloatEncoding.Supports(type) ? type : GgmlType.F16;
    }
}
