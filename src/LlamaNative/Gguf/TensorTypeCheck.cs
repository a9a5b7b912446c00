using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>
/// Tensor types that ggml's operations abort on. Norms, biases and scales are factors of element-wise operations, which the
/// CPU computes in F32 only; matrices may have any type that dot products exist for. llama.cpp's converters write nothing else.
/// </summary>
internal static class TensorTypeCheck
{
    public static void Validate(GgufFile file)
    {
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            if (IsElementwise(tensor.Name) ? tensor.Type != GgmlType.F32 : IsMatrix(tensor) && !HasDotProduct(tensor.Type))
            {
                throw new GgufFormatException($"{tensor} has a type that llama.cpp cannot compute this tensor with", tensor.Name, tensor.Offset, file.Paths.ElementAtOrDefault(tensor.Part));
            }
        }
    }

    private static bool IsElementwise(string name) =>
        name.Contains("norm", StringComparison.Ordinal)
        || name.StartsWith("rope_", StringComparison.Ordinal)
        || name.EndsWith(".bias", StringComparison.Ordinal)
        || name.EndsWith("scale", StringComparison.Ordinal);

    private static bool IsMatrix(GgufTensorInfo tensor) =>
        tensor.Name.EndsWith(".weight", StringComparison.Ordinal)
        && tensor.Shape.RowCount > 1
        && !tensor.Name.EndsWith("tid2eid.weight", StringComparison.Ordinal); // a table of numbers, not a factor

    private static bool HasDotProduct(GgmlType type) =>
        type is not (GgmlType.F64 or GgmlType.I8 or GgmlType.I16 or GgmlType.I32 or GgmlType.I64 or GgmlType.Q8_1 or GgmlType.Q8_K);
}
