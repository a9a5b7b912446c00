using System.Numerics.Tensors;

namespace LlamaNative.Tensors;

/// <content>Views: layouts over the same bytes.</content>
public readonly partial struct TensorLayout
{
    /// <summary>Swaps dimensions 0 and 1 (<c>ggml_transpose</c>).</summary>
    /// <exception cref="TensorLayoutException">The tensor is quantized, so elements within a row cannot be addressed.</exception>
    public TensorLayout Transpose()
    {
        RequireMovableRows("Transpose");
        return new(Type, Dimensions(_shape[1], _shape[0], _shape[2], _shape[3]), Dims.Of(_nb[1], _nb[0], _nb[2], _nb[3]), Offset);
    }

    /// <summary>
    /// Moves dimension 0 to position <paramref name="axis0"/>, dimension 1 to <paramref name="axis1"/> and so on (<c>ggml_permute</c>: the
    /// arguments are target positions).
    /// </summary>
    /// <exception cref="TensorLayoutException">The axes are not a permutation of 0 to 3, or dimension 0 of a quantized tensor would
    /// move.</exception>
    public TensorLayout Permute(int axis0, int axis1, int axis2, int axis3)
    {
        if (((1 << (axis0 & 31)) | (1 << (axis1 & 31)) | (1 << (axis2 & 31)) | (1 << (axis3 & 31))) != 0b1111
            || ((axis0 | axis1 | axis2 | axis3) & ~3) != 0)
        {
            throw new TensorLayoutException("Permute", $"axes ({axis0}, {axis1}, {axis2}, {axis3}) of {this} do not permute 0 to 3");
        }

        if (axis0 != 0)
        {
            RequireMovableRows("Permute");
        }

        Dims ne = default;
        Dims nb = default;
        ne[axis0] = _shape[0];
        ne[axis1] = _shape[1];
        ne[axis2] = _shape[2];
        ne[axis3] = _shape[3];
        nb[axis0] = _nb[0];
        nb[axis1] = _nb[1];
        nb[axis2] = _nb[2];
        nb[axis3] = _nb[3];
        return new(Type, Dimensions(ne[0], ne[1], ne[2], ne[3]), nb, Offset);
    }

    /// <summary>The same elements in the same order with another shape (<c>ggml_reshape</c>).</summary>
    /// <exception cref="TensorLayoutException">The layout is not contiguous, the number of elements differs, or rows are not whole
    /// blocks.</exception>
    public TensorLayout Reshape(TensorShape shape)
    {
        if (!IsContiguous)
        {
            throw new TensorLayoutException("Reshape", $"{this} is not contiguous; copy it before reshaping it to {shape}");
        }

        if (shape.ElementCount != _shape.ElementCount || !TryContiguous(Type, shape, out TensorLayout layout))
        {
            throw new TensorLayoutException("Reshape",
                $"{this} has {_shape.ElementCount} elements, but {shape} has {shape.ElementCount}");
        }

        return new(Type, shape, layout._nb, Offset);
    }

    /// <summary>
    /// A view with its own shape and strides (<c>ggml_view_1d</c> to <c>ggml_view_4d</c>). <paramref name="strides"/> contains nb[1], nb[2]
    /// and nb[3] in bytes, one for each dimension of the shape after the first. <paramref name="byteOffset"/> is relative to this layout's
    /// first element.
    /// </summary>
    /// <exception cref="TensorLayoutException">The view extends beyond this layout's bytes, or splits a block of a quantized tensor. (ggml
    /// itself checks only the packed size, so its strides can extend past the end.)</exception>
    public TensorLayout View(TensorShape shape, ReadOnlySpan<long> strides, long byteOffset)
    {
        GgmlTypeInfo info = GgmlTypeInfo.Of(Type);
        int wanted = Math.Max(shape.Rank - 1, 0);
        if (strides.Length != wanted || strides.ContainsAnyInRange(long.MinValue, -1))
        {
            throw new TensorLayoutException("View",
                $"a view {shape} of {this} needs {wanted} non-negative strides, not [{string.Join(", ", strides.ToArray())}]");
        }

        if (shape[0] % info.BlockSize != 0 || byteOffset % info.TypeSize != 0 || !AreWholeBlocks(strides, info))
        {
            throw new TensorLayoutException("View",
                $"{shape} at byte {byteOffset} of {this} splits blocks of {info.BlockSize} elements in {info.TypeSize} bytes");
        }

        Dims nb = default;
        nb[0] = info.TypeSize;
        long next = Saturating.Multiply(info.TypeSize, shape[0] / info.BlockSize);
        for (int i = 1; i < TensorShape.MaxRank; i++)
        {
            next = i <= strides.Length ? strides[i - 1] : next;
            nb[i] = next;
            next = Saturating.Multiply(next, shape[i]);
        }

        if (byteOffset < 0
            || Saturating.Add(byteOffset, Extent(info, shape, nb)) is var end && (end > ByteCount || end == Saturating.TooMany))
        {
            throw new TensorLayoutException("View",
                $"{shape} with strides [{string.Join(", ", strides.ToArray())}] at byte {byteOffset} extends beyond the {ByteCount} bytes "
                + $"of {this}");
        }

        return new(Type, shape, nb, Offset + byteOffset);
    }

    /// <summary>A view of <paramref name="count"/> consecutive indices from <paramref name="start"/> along a dimension.</summary>
    /// <exception cref="TensorLayoutException">The range exceeds the dimension, or splits a block of a quantized tensor.</exception>
    public TensorLayout Slice(int dimension, long start, long count)
    {
        long length = _shape[dimension];
        if (start < 0 || count < 0 || start > length - count)
        {
            throw new TensorLayoutException("Slice", $"{count} indices from {start} exceed dimension {dimension} of {this}");
        }

        long block = dimension == 0 ? GgmlTypeInfo.Of(Type).BlockSize : 1;
        if (start % block != 0 || count % block != 0)
        {
            throw new TensorLayoutException("Slice", $"{count} elements from {start} split blocks of {block} in the rows of {this}");
        }

        return new(Type, _shape.With(dimension, count), _nb, Offset + (start / block * _nb[dimension]));
    }

    /// <summary>Repeats dimensions of length 1 without copying, by setting their stride to 0.</summary>
    /// <exception cref="TensorLayoutException">A dimension is neither 1 nor already the requested length.</exception>
    public TensorLayout Broadcast(TensorShape shape)
    {
        Dims nb = _nb;
        for (int i = 0; i < TensorShape.MaxRank; i++)
        {
            if (_shape[i] == shape[i])
            {
                continue;
            }

            if (_shape[i] != 1)
            {
                throw new TensorLayoutException("Broadcast",
                    $"{this} cannot be broadcast to {shape}: dimension {i} is {_shape[i]}, not 1 or {shape[i]}");
            }

            nb[i] = 0;
        }

        return new(Type, shape, nb, Offset);
    }

    /// <summary>Whether each dimension of <paramref name="shape"/> is a multiple of this layout's (<c>ggml_can_repeat</c>).</summary>
    public bool CanRepeatTo(TensorShape shape) =>
        _shape.IsEmpty
            ? shape.IsEmpty
            : shape[0] % _shape[0] == 0 && shape[1] % _shape[1] == 0 && shape[2] % _shape[2] == 0 && shape[3] % _shape[3] == 0;

    /// <summary>
    /// Requires strides of whole blocks, because any other stride would read scales as weights. Unquantized types have no such limit.
    /// </summary>
    private static bool AreWholeBlocks(ReadOnlySpan<long> strides, in GgmlTypeInfo info)
    {
        foreach (long stride in strides)
        {
            if (info.IsQuantized && stride % info.TypeSize != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Reads memory through the layout and its strides. Lengths are outermost first, so ne [4, 3, 2] becomes 2, 3, 4. Strides with
    /// partially overlapping elements are not supported.
    /// </summary>
    /// <typeparam name="T">The .NET type of the elements: float for F32, Half for F16, sbyte for I8 and so on.</typeparam>
    /// <exception cref="TensorLayoutException">The element type differs, the layout extends beyond the memory, or a stride is not a
    /// multiple of the element size.</exception>
    public ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan<T>(ReadOnlySpan<byte> memory)
        where T : unmanaged => TensorSpans.OverMemory<T>(this, memory);

    /// <summary>Reads and writes memory through the layout; see <see cref="AsReadOnlyTensorSpan{T}"/>.</summary>
    /// <exception cref="TensorLayoutException">The element type differs, the layout extends beyond the memory, or a stride is not a
    /// multiple of the element size.</exception>
    public TensorSpan<T> AsTensorSpan<T>(Span<byte> memory)
        where T : unmanaged => TensorSpans.OverMemory<T>(this, memory);

    private static TensorShape Dimensions(long ne0, long ne1, long ne2, long ne3)
    {
        int rank = ne3 != 1 ? 4 : ne2 != 1 ? 3 : ne1 != 1 ? 2 : 1;
        return TensorShape.FromDims(Dims.Of(ne0, ne1, ne2, ne3), rank);
    }

    private void RequireMovableRows(string operation)
    {
        if (GgmlTypeInfo.Of(Type).IsQuantized)
        {
            throw new TensorLayoutException(operation, $"the rows of {this} are packed in blocks, so dimension 0 cannot move");
        }
    }
}
