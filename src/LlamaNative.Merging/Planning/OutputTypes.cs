using LlamaNative.Merging.Inputs;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>Chooses the type of each output tensor.</summary>
internal sealed class OutputTypes
{
    private readonly GgmlType? _wanted;
    private readonly bool _keeps;

    /// <param name="wanted">The type set by the recipe or the caller: F32, F16 or BF16; null if unset.</param>
    /// <param name="quantized">Whether matrices are quantized afterwards.</param>
    /// <param name="method">The merge method; layer stacks can keep tensors unchanged.</param>
    /// <param name="reference">The model that determines the type if none is set.</param>
    public OutputTypes(GgmlType? wanted, bool quantized, MergeMethod method, MergeModel reference)
    {
        _keeps = wanted is null && !quantized && method == MergeMethod.Passthrough;
        _wanted = wanted ?? (quantized ? GgmlType.F16 : TypeOf(reference));
    }

    /// <summary>The type of matrices; null if tensors keep their types.</summary>
    public GgmlType? Matrices => _keeps ? null : _wanted;

    public static bool IsFloat(GgmlType type) => type is not (GgmlType.I8 or GgmlType.I16 or GgmlType.I32 or GgmlType.I64 or GgmlType.F64);

    public GgmlType For(string name, in TensorShape shape, IReadOnlyList<(MergeModel Model, GgmlType Type)> inputs, bool unchanged)
    {
        if (!IsFloat(inputs[0].Type) || (_keeps && unchanged))
        {
            return inputs[0].Type;
        }

        // Vectors are F32 in every GGUF file, as are tensors that a quantized model keeps in F32 on purpose.
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
