using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>Operand requirements, mirrored from the assertions in ggml.c and in the CPU kernels (ggml-cpu/ops.cpp).</summary>
internal static class OperandRules
{
    /// <summary>Throws an exception that describes the operands if a rule is violated.</summary>
    public static void Require(bool holds, string operation, string rule, params ReadOnlySpan<GgmlTensor?> operands)
    {
        if (!holds)
        {
            throw Refusal(operation, rule, operands);
        }
    }

    /// <summary>
    /// Creates the exception for operands that violate a rule. It is thrown before ggml's assertion, which would abort the process.
    /// </summary>
    public static TensorLayoutException Refusal(string operation, string rule, params ReadOnlySpan<GgmlTensor?> operands)
    {
        var shapes = new List<string>();
        foreach (GgmlTensor? operand in operands)
        {
            if (operand is not null)
            {
                TensorLayout layout = operand.Layout;
                shapes.Add(layout.IsContiguous ? $"{GgmlTypeInfo.Of(layout.Type).Name} {layout.Shape}" : layout.ToString());
            }
        }

        return new TensorLayoutException(operation, $"{rule}; the operands are {string.Join(" and ", shapes)}");
    }

    /// <summary>Whether the elements of each row are adjacent: nb[0] is the size of an element or block.</summary>
    public static bool HasPackedRows(this GgmlTensor tensor) =>
        tensor.Layout.Stride(0) == GgmlTypeInfo.Of(tensor.Type).TypeSize;

    /// <summary>Whether rows are equally spaced, with or without gaps (<c>ggml_is_contiguous_1</c> with packed rows).</summary>
    public static bool HasEvenRows(this GgmlTensor tensor)
    {
        TensorLayout layout = tensor.Layout;
        long next = layout.Stride(1) * layout.Shape[1];
        bool second = layout.Shape[2] == 1 || layout.Stride(2) == next;
        next *= layout.Shape[2];
        return tensor.HasPackedRows() && second && (layout.Shape[3] == 1 || layout.Stride(3) == next);
    }

    /// <summary>
    /// Same as <see cref="HasEvenRows"/>, but also checks the strides of dimensions of 1, which a view can leave arbitrary
    /// (<c>ggml_is_padded_1d</c>).
    /// </summary>
    public static bool IsPadded(this GgmlTensor tensor) =>
        tensor.HasPackedRows()
        && tensor.Layout.Stride(2) == tensor.Layout.Stride(1) * tensor.Shape[1]
        && tensor.Layout.Stride(3) == tensor.Layout.Stride(2) * tensor.Shape[2];

    /// <summary>
    /// Whether the tensor is contiguous and row r is at r · nb[1], which many kernels assume. ggml's own check accepts any nb[1] if
    /// dimension 1 is 1.
    /// </summary>
    public static bool IsContiguous(this GgmlTensor tensor) => tensor.Layout.IsContiguous && tensor.HasEvenRows();

    public static bool IsScalar(this GgmlTensor tensor) => tensor.Shape.ElementCount == 1;

    /// <summary>Whether dimensions 1 to 3 are 1.</summary>
    public static bool IsVector(this GgmlTensor tensor) => tensor.Shape.RowCount == 1;

    /// <summary>Whether dimensions 2 and 3 are 1.</summary>
    public static bool IsMatrix(this GgmlTensor tensor) => tensor.Shape[2] == 1 && tensor.Shape[3] == 1;

    public static bool IsFloat32(this GgmlTensor tensor) => tensor.Type == GgmlType.F32;

    public static bool IsFloat32Or16(this GgmlTensor tensor) => tensor.Type is GgmlType.F32 or GgmlType.F16;

    public static bool IsFloat(this GgmlTensor tensor) => tensor.Type is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16;

    public static bool IsQuantized(this GgmlTensor tensor) => GgmlTypeInfo.Of(tensor.Type).IsQuantized;

    /// <summary>Whether ggml can convert a type to floats: all types except the two for intermediate results.</summary>
    public static bool CanDequantize(GgmlType type) =>
        type is GgmlType.F16 or GgmlType.BF16
        || (GgmlTypeInfo.Of(type).IsQuantized && type is not (GgmlType.Q8_1 or GgmlType.Q8_K));

    /// <summary>Whether the CPU backend can write rows of a type (<c>from_float</c> in ggml-cpu.c).</summary>
    public static bool CanWriteRows(GgmlType type) =>
        type is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16
        || (CanDequantize(type) && type is not (GgmlType.IQ1_S or GgmlType.IQ1_M or GgmlType.IQ2_XXS or GgmlType.IQ2_XS
            or GgmlType.IQ2_S or GgmlType.IQ3_XXS or GgmlType.IQ3_S));

    /// <summary>Whether a type can be the first operand of a matrix product (<c>vec_dot</c> in ggml-cpu.c).</summary>
    public static bool CanMultiply(GgmlType type) => type == GgmlType.F32 || CanDequantize(type);
}
