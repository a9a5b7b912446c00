using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Views, which cost nothing, by the same arithmetic as <see cref="TensorLayout"/>.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>The same elements under another shape.</summary>
    /// <exception cref="TensorLayoutException">Not contiguous, another number of elements, or rows that are not whole blocks.</exception>
    public GgmlTensor Reshape(GgmlTensor a, params ReadOnlySpan<long> ne)
    {
        Enter(1, a);
        TensorShape shape = new(ne);
        RequireShape("Reshape", a.Type, shape);
        _ = a.Layout.Reshape(shape);
        Require(a.IsContiguous(), "Reshape", "a must be contiguous", a);
        return Adopt(GgmlOperators.ggml_reshape_4d(Handle, a.Native, shape[0], shape[1], shape[2], shape[3]), a);
    }

    /// <summary>A window with its own shape and strides; see <see cref="TensorLayout.View"/>.</summary>
    /// <exception cref="TensorLayoutException">The window reaches outside a, or cuts elements or blocks.</exception>
    /// <exception cref="TensorLayoutException">The window shows bytes so often that it counts more of them than a has, which ggml
    /// refuses.</exception>
    public GgmlTensor View(GgmlTensor a, TensorShape shape, ReadOnlySpan<long> strides, long byteOffset)
    {
        Enter(1, a);
        return ViewAs("View", a, a.Layout.View(shape, strides, byteOffset));
    }

    /// <summary>The neighbours from a place along a dimension; see <see cref="TensorLayout.Slice"/>.</summary>
    /// <exception cref="TensorLayoutException">The range leaves the dimension, or cuts a block.</exception>
    /// <exception cref="TensorLayoutException">The rows are not packed (as after a transpose).</exception>
    public GgmlTensor Slice(GgmlTensor a, int dimension, long start, long count)
    {
        Enter(1, a);
        return ViewAs("Slice", a, a.Layout.Slice(dimension, start, count));
    }

    /// <summary>Moves dimension 0 to place <paramref name="axis0"/>, 1 to <paramref name="axis1"/> and so on.</summary>
    /// <exception cref="TensorLayoutException">The axes are not 0 to 3 once each, or the rows of a quantized tensor would move.</exception>
    /// <exception cref="TensorLayoutException">A stride of 2^31 bytes and more, which ggml cuts off here.</exception>
    public GgmlTensor Permute(GgmlTensor a, int axis0, int axis1, int axis2, int axis3)
    {
        Enter(1, a);
        _ = a.Layout.Permute(axis0, axis1, axis2, axis3);
        Require(a.Layout.Stride(1) <= int.MaxValue && a.Layout.Stride(2) <= int.MaxValue && a.Layout.Stride(3) <= int.MaxValue,
            "Permute", "the strides must be below 2^31 bytes", a);
        return Adopt(GgmlOperators.ggml_permute(Handle, a.Native, axis0, axis1, axis2, axis3), a);
    }

    /// <summary>Swaps dimensions 0 and 1.</summary>
    /// <exception cref="TensorLayoutException">A quantized tensor: its rows are the smallest pieces with an address.</exception>
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

        // ggml compares the packed size with the bytes behind the offset, whatever the strides are.
        Int128 packed = (Int128)info.RowSize(layout.Shape[0]) * layout.Shape.RowCount;
        Require(whole, operation, "the strides must be whole elements", a);
        Require(packed + layout.Offset <= a.Root.ByteCount, operation, "the window counts more bytes than there are behind its offset", a);
        return Adopt(
            GgmlOperators.ggml_view_4d(
                Handle, a.Native, layout.Shape[0], layout.Shape[1], layout.Shape[2], layout.Shape[3],
                (nuint)layout.Stride(1), (nuint)layout.Stride(2), (nuint)layout.Stride(3), (nuint)(layout.Offset - a.Layout.Offset)),
            a);
    }
}
