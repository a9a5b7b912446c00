using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Views, which copy no data. They use the same arithmetic as <see cref="TensorLayout"/>.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>A view of the same elements with another shape.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not contiguous, the number of elements differs, or rows are not whole
    /// blocks.</exception>
    public GgmlTensor Reshape(GgmlTensor a, params ReadOnlySpan<long> ne)
    {
        Enter(1, a);
        TensorShape shape = new(ne);
        RequireShape("Reshape", a.Type, shape);
        _ = a.Layout.Reshape(shape);
        Require(a.IsContiguous(), "Reshape", "a must be contiguous", a);
        return Adopt(GgmlOperators.ggml_reshape_4d(Handle, a.Native, shape[0], shape[1], shape[2], shape[3]), a);
    }

    /// <summary>A view with its own shape and strides; see <see cref="TensorLayout.View"/>.</summary>
    /// <exception cref="TensorLayoutException">The view extends beyond a, or splits elements or blocks.</exception>
    /// <exception cref="TensorLayoutException">The elements overlap so much that their total size exceeds that of a, which ggml
    /// rejects.</exception>
    public GgmlTensor View(GgmlTensor a, TensorShape shape, ReadOnlySpan<long> strides, long byteOffset)
    {
        Enter(1, a);
        return ViewAs("View", a, a.Layout.View(shape, strides, byteOffset));
    }

    /// <summary>A view of consecutive indices along a dimension; see <see cref="TensorLayout.Slice"/>.</summary>
    /// <exception cref="TensorLayoutException">The range exceeds the dimension, or splits a block.</exception>
    /// <exception cref="TensorLayoutException">The rows are not packed (as after a transpose).</exception>
    public GgmlTensor Slice(GgmlTensor a, int dimension, long start, long count)
    {
        Enter(1, a);
        return ViewAs("Slice", a, a.Layout.Slice(dimension, start, count));
    }

    /// <summary>A view with dimension 0 moved to position <paramref name="axis0"/>, 1 to <paramref name="axis1"/> and so on.</summary>
    /// <exception cref="TensorLayoutException">The axes are not a permutation of 0 to 3, or dimension 0 of a quantized tensor would
    /// move.</exception>
    /// <exception cref="TensorLayoutException">A stride is 2^31 bytes or more, which ggml would truncate.</exception>
    public GgmlTensor Permute(GgmlTensor a, int axis0, int axis1, int axis2, int axis3)
    {
        Enter(1, a);
        _ = a.Layout.Permute(axis0, axis1, axis2, axis3);
        Require(a.Layout.Stride(1) <= int.MaxValue && a.Layout.Stride(2) <= int.MaxValue && a.Layout.Stride(3) <= int.MaxValue,
            "Permute", "the strides must be below 2^31 bytes", a);
        return Adopt(GgmlOperators.ggml_permute(Handle, a.Native, axis0, axis1, axis2, axis3), a);
    }

    /// <summary>A view with dimensions 0 and 1 swapped.</summary>
    /// <exception cref="TensorLayoutException">The tensor is quantized, so elements within a row cannot be addressed.</exception>
    public GgmlTensor Transpose(GgmlTensor a)
    {
        Enter(1, a);
        _ = a.Layout.Transpose();
        return Adopt(GgmlOperators.ggml_transpose(Handle, a.Native), a);
    }

    private GgmlTensor ViewAs(string operation, GgmlTensor a, in TensorLayout layout)
    {
        GgmlTypeInfo info = GgmlTypeInfo.Of(a.Type);
        RequireShape(operation, a.Type, layout.Shape);
        Require(layout.Stride(0) == info.TypeSize, operation, "the rows must be packed", a);
        bool whole = true;
        for (int i = 1; i < TensorShape.MaxRank; i++)
        {
            whole &= layout.Stride(i) % info.TypeSize == 0;
        }

        // ggml compares the packed size with the bytes after the offset and ignores the strides.
        Int128 packed = (Int128)info.RowSize(layout.Shape[0]) * layout.Shape.RowCount;
        Require(whole, operation, "the strides must be whole elements", a);
        Require(packed + layout.Offset <= a.Root.ByteCount, operation, "the packed size of the view exceeds the bytes after its offset", a);
        return Adopt(
            GgmlOperators.ggml_view_4d(
                Handle, a.Native, layout.Shape[0], layout.Shape[1], layout.Shape[2], layout.Shape[3],
                (nuint)layout.Stride(1), (nuint)layout.Stride(2), (nuint)layout.Stride(3), (nuint)(layout.Offset - a.Layout.Offset)),
            a);
    }
}
