using System.Numerics.Tensors;

namespace LlamaNative.Tensors;

/// <content>Views: the same bytes under other numbers.</content>
public readonly partial struct TensorLayout
{
    /// <summary>Swaps dimensions 0 and 1 (<c>ggml_transpose</c>).</summary>
    /// <exception cref="TensorLayoutException">A quantized tensor: its rows are the smallest pieces with an address.</exception>
    public TensorLayout Transpose()
    {
        RequireMovableRows("Transpose");
        return new(Type, Dimensions(_shape[1], _shape[0], _shape[2], _shape[3]), Dims.Of(_nb[1], _nb[0], _nb[2], _nb[3]), Offset);
    }

    /// <summary>
    /// Moves dimension 0 to place <paramref name="axis0"/>, dimension 1 to <paramref name="axis1"/> and so on
    /// (<c>ggml_permute</c>: the arguments are targets, not sources).
    /// </summary>
    /// <exception cref="TensorLayoutException">The axes are not 0 to 3 once each, or the rows of a quantized tensor would move.</exception>
    public TensorLayout Permute(int axis0, int axis1, int axis2, int axis3)
    {
        if (((1 << (axis0 & 31)) | (1 << (axis1 & 31)) | (1 << (axis2 & 31)) | (1 << (axis3 & 31))) != 0b1111
            || ((axis0 | axis1 | axis2 | axis3) & ~3) != 0)
        {
            throw new TensorLayoutException("Permute", $"axes ({axis0}, {axis1}, {axis2}, {axis3}) of {this} are not 0 to 3 once each");
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

    /// <summary>The same elements in the same order under another shape (<c>ggml_reshape</c>).</summary>
    /// <exception cref="TensorLayoutException">Not contiguous, another number of elements, or rows that are not whole blocks.</exception>
    public TensorLayout Reshape(TensorShape shape)
    {
        if (!IsContiguous)
        {
            throw new TensorLayoutException("Reshape", $"{this} is not contiguous, so {shape} would need a copy");
        }

        if (shape.ElementCount != _shape.ElementCount || !TryContiguous(Type, shape, out TensorLayout layout))
        {
            throw new TensorLayoutException("Reshape", $"{this} with {_shape.ElementCount} elements cannot become {shape} with {shape.ElementCount}");
        }

        return new(Type, shape, layout._nb, Offset);
    }

    /// <summary>
    /// A window with its own shape and strides (<c>ggml_view_1d</c> to <c>ggml_view_4d</c>): <paramref name="strides"/> gives
    /// nb[1], nb[2], nb[3] as far as the shape has them, and <paramref name="byteOffset"/> counts from this layout's first element.
    /// </summary>
    /// <exception cref="TensorLayoutException">
    /// The window reaches outside this layout's bytes, or cuts a block of a quantized tensor. (ggml itself checks the
    /// packed size only, and lets strides run past the end.)
    /// </exception>
    public TensorLayout View(TensorShape shape, ReadOnlySpan<long> strides, long byteOffset)
    {
        GgmlTypeInfo info = GgmlTypeInfo.Of(Type);
        int wanted = Math.Max(shape.Rank - 1, 0);
        if (strides.Length != wanted || strides.ContainsAnyInRange(long.MinValue, -1))
        {
            throw new TensorLayoutException("View", $"{shape} of {this} needs {wanted} strides that are not negative: [{string.Join(", ", strides.ToArray())}]");
        }

        if (shape[0] % info.BlockSize != 0 || byteOffset % info.TypeSize != 0 || !AreWholeBlocks(strides, info))
        {
            throw new TensorLayoutException("View", $"{shape} at byte {byteOffset} of {this} cuts blocks of {info.BlockSize} elements in {info.TypeSize} bytes");
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

        if (byteOffset < 0 || Saturating.Add(byteOffset, Extent(info, shape, nb)) is var end && (end > ByteCount || end == Saturating.TooMany))
        {
            throw new TensorLayoutException("View", $"{shape} with strides [{string.Join(", ", strides.ToArray())}] at byte {byteOffset} reaches outside the {ByteCount} bytes of {this}");
        }

        return new(Type, shape, nb, Offset + byteOffset);
    }

    /// <summary>The <paramref name="count"/> neighbours from <paramref name="start"/> along a dimension.</summary>
    /// <exception cref="TensorLayoutException">The range leaves the dimension, or cuts a block of a quantized tensor.</exception>
    public TensorLayout Slice(int dimension, long start, long count)
    {
        long length = _shape[dimension];
        if (start < 0 || count < 0 || start > length - count)
        {
            throw new TensorLayoutException("Slice", $"{count} from {start} leave dimension {dimension} of {this}");
        }

        long block = dimension == 0 ? GgmlTypeInfo.Of(Type).BlockSize : 1;
        if (start % block != 0 || count % block != 0)
        {
            throw new TensorLayoutException("Slice", $"{count} from {start} cut blocks of {block} elements in the rows of {this}");
        }

        return new(Type, _shape.With(dimension, count), _nb, Offset + (start / block * _nb[dimension]));
    }

    /// <summary>Repeats dimensions of length 1 without copying: their stride becomes 0.</summary>
    /// <exception cref="TensorLayoutException">A dimension is neither 1 nor already the length asked for.</exception>
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
                throw new TensorLayoutException("Broadcast", $"{this} cannot become {shape}: dimension {i} is {_shape[i]}, not 1 or {shape[i]}");
            }

            nb[i] = 0;
        }

        return new(Type, shape, nb, Offset);
    }

    /// <summary>Whether <paramref name="shape"/> is this one repeated whole times along each dimension (<c>ggml_can_repeat</c>).</summary>
    public bool CanRepeatTo(TensorShape shape) =>
        _shape.IsEmpty
            ? shape.IsEmpty
            : shape[0] % _shape[0] == 0 && shape[1] % _shape[1] == 0 && shape[2] % _shape[2] == 0 && shape[3] % _shape[3] == 0;

    /// <summary>Strides that do not land on blocks would read scales as weights; plain types have no such structure.</summary>
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
    /// Reads memory through the layout, with its strides. Lengths are outermost first, so ne [4, 3, 2] becomes 2, 3, 4; strides
    /// under which elements share bytes without being broadcast have no tensor span.
    /// </summary>
    /// <typeparam name="T">The type's own number: float for F32, Half for F16, sbyte for I8 and so on.</typeparam>
    /// <exception cref="TensorLayoutException">
    /// Another element type, a layout outside the memory, or strides that are not whole elements.
    /// </exception>
    public ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan<T>(ReadOnlySpan<byte> memory)
        where T : unmanaged => TensorSpans.OverMemory<T>(this, memory);

    /// <summary>Reads and writes memory through the layout; see <see cref="AsReadOnlyTensorSpan{T}"/>.</summary>
    /// <exception cref="TensorLayoutException">
    /// Another element type, a layout outside the memory, or strides that are not whole elements.
    /// </exception>
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
            throw new TensorLayoutException(operation, $"the rows of {this} are blocks, and dimension 0 cannot move");
        }
    }
}
