using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>
/// Rejects tensors on which ggml aborts: tensors without elements and tensors of an unsupported type. Norms, biases and scales are operands
/// of element-wise operations, which the CPU computes only in F32; matrices may have any type with a dot product. llama.cpp's converters
/// write no other types.
/// </summary>
internal static class TensorCheck
{
    public const int BufferAlignment = 32; // TENSOR_ALIGNMENT in ggml-impl.h, asserted for a mapped file

    public static void Validate(GgufFile file)
    {
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            if (tensor.Shape.IsEmpty)
            {
                throw Error(file, tensor, "has no elements");
            }

            if (tensor.Offset % BufferAlignment != 0)
            {
                throw Error(file, tensor,
                    $"is at byte {tensor.Offset}, which is not a multiple of {BufferAlignment}, so it cannot be memory-mapped");
            }

            if (IsElementwise(tensor.Name) ? tensor.Type != GgmlType.F32 : IsMatrix(tensor) && !HasDotProduct(tensor.Type))
            {
                throw Error(file, tensor, "has a type that llama.cpp does not support for this tensor");
            }
        }
    }

    private static GgufFormatException Error(GgufFile file, GgufTensorInfo tensor, string reason) =>
        new($"{tensor} {reason}", tensor.Name, tensor.Offset, file.Paths.ElementAtOrDefault(tensor.Part));

    /// <summary>Whether a tensor is an operand of element-wise operations, which must be F32.</summary>
    public static bool IsElementwise(string name) =>
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
