namespace LlamaNative.Tensors;

/// <summary>
/// The memory layout of a tensor: element type, number of elements per dimension (ne), stride in bytes per dimension (nb) and byte offset
/// of element 0. As in ggml, ne[0] is the fastest dimension; a contiguous 4×3×2 F32 tensor has nb = 4, 16, 48. Views change only these
/// values, never the data.
/// </summary>
/// <remarks>
/// A value type without references, so views allocate nothing. In a quantized tensor nb[0] is the distance between blocks, single elements
/// cannot be addressed, and dimension 0 cannot move.
/// </remarks>
public readonly partial struct TensorLayout : IEquatable<TensorLayout>
{
    private readonly TensorShape _shape;
    private readonly Dims _nb;

    internal TensorLayout(GgmlType type, in TensorShape shape, in Dims nb, long offset)
    {
        Type = type;
        _shape = shape;
        _nb = nb;
        Offset = offset;
    }

    /// <summary>The element type.</summary>
    public GgmlType Type { get; }

    /// <summary>Elements per dimension.</summary>
    public TensorShape Shape => _shape;

    /// <summary>The offset of element 0 in bytes from the start of the memory that the layout describes.</summary>
    public long Offset { get; }

    /// <summary>
    /// The size in bytes from the start of the first element to the end of the last one, including gaps (<c>ggml_nbytes</c>).
    /// </summary>
    public long ByteCount => Extent(GgmlTypeInfo.Of(Type), _shape, _nb);

    /// <summary>Whether the elements are stored in order without gaps (<c>ggml_is_contiguous</c>).</summary>
    public bool IsContiguous
    {
        get
        {
            GgmlTypeInfo info = GgmlTypeInfo.Of(Type);
            if (_shape[0] != info.BlockSize && _nb[0] != info.TypeSize)
            {
                return false;
            }

            long next = Saturating.Multiply(info.TypeSize, _shape[0] / info.BlockSize);
            for (int i = 1; i < TensorShape.MaxRank; i++)
            {
                if (_shape[i] != 1 && _nb[i] != next)
                {
                    return false;
                }

                next = Saturating.Multiply(next, _shape[i]);
            }

            return true;
        }
    }

    /// <summary>Whether the elements of each row are stored without gaps (<c>ggml_is_contiguous_rows</c>).</summary>
    public bool HasContiguousRows
    {
        get
        {
            GgmlTypeInfo info = GgmlTypeInfo.Of(Type);
            return _shape[0] == info.BlockSize || _nb[0] == info.TypeSize;
        }
    }

    /// <summary>Whether the stride of dimension 0 exceeds that of dimension 1 (<c>ggml_is_transposed</c>).</summary>
    public bool IsTransposed => _nb[0] > _nb[1];

    /// <summary>Whether the strides are not in ascending order (<c>ggml_is_permuted</c>).</summary>
    public bool IsPermuted => _nb[0] > _nb[1] || _nb[1] > _nb[2] || _nb[2] > _nb[3];

    /// <summary>Whether type, shape, strides and offset are equal.</summary>
    public static bool operator ==(TensorLayout left, TensorLayout right) => left.Equals(right);

    /// <summary>Whether the layouts differ.</summary>
    public static bool operator !=(TensorLayout left, TensorLayout right) => !left.Equals(right);

    /// <summary>Creates the contiguous layout that ggml gives new tensors and GGUF files use.</summary>
    /// <exception cref="TensorLayoutException">Rows are not whole blocks, or the tensor needs 2^63 bytes or more.</exception>
    public static TensorLayout Contiguous(GgmlType type, TensorShape shape) =>
        TryContiguous(type, shape, out TensorLayout layout)
            ? layout
            : throw new TensorLayoutException("Contiguous",
                $"{shape} {GgmlTypeInfo.Of(type).Name} does not have whole blocks of {GgmlTypeInfo.Of(type).BlockSize} elements per row or "
                + $"exceeds 2^63 bytes");

    /// <summary>
    /// The stride in bytes along dimension 0 to 3. For quantized types, the stride of dimension 0 is that between blocks.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is not 0 to 3.</exception>
    public long Stride(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)dimension, (uint)TensorShape.MaxRank, nameof(dimension));
        return _nb[dimension];
    }

    /// <summary>The byte offset of an element. In a quantized tensor, <paramref name="i0"/> must be the first element of a block.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the shape.</exception>
    public long OffsetOf(long i0, long i1 = 0, long i2 = 0, long i3 = 0)
    {
        long block = GgmlTypeInfo.Of(Type).BlockSize;
        CheckIndex(i0, 0, nameof(i0));
        CheckIndex(i1, 1, nameof(i1));
        CheckIndex(i2, 2, nameof(i2));
        CheckIndex(i3, 3, nameof(i3));
        return i0 % block == 0
            ? Offset + (i0 / block * _nb[0]) + (i1 * _nb[1]) + (i2 * _nb[2]) + (i3 * _nb[3])
            : throw new TensorLayoutException("OffsetOf",
                $"element {i0} of a {GgmlTypeInfo.Of(Type).Name} row does not start a block of {block}");
    }

    /// <inheritdoc/>
    public bool Equals(TensorLayout other) =>
        Type == other.Type && Offset == other.Offset && _shape == other._shape
        && _nb[0] == other._nb[0] && _nb[1] == other._nb[1] && _nb[2] == other._nb[2] && _nb[3] == other._nb[3];

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorLayout other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Offset, _shape, _nb[0], _nb[1], _nb[2], _nb[3]);

    /// <summary>Returns type, shape, strides and offset as shown in exception messages.</summary>
    public override string ToString() =>
        $"{(GgmlTypeInfo.TryGet(Type, out GgmlTypeInfo info) ? info.Name : Type.ToString())} {_shape} nb [{_nb[0]}, {_nb[1]}, {_nb[2]}, "
        + $"{_nb[3]}] at {Offset}";

    internal static bool TryContiguous(GgmlType type, in TensorShape shape, out TensorLayout layout)
    {
        layout = default;
        GgmlTypeInfo info = GgmlTypeInfo.Of(type);
        if (shape[0] % info.BlockSize != 0)
        {
            return false;
        }

        Dims nb = default;
        long next = Saturating.Multiply(info.TypeSize, shape[0] / info.BlockSize);
        nb[0] = info.TypeSize;
        for (int i = 1; i < TensorShape.MaxRank; i++)
        {
            if (next == Saturating.TooMany)
            {
                return false;
            }

            nb[i] = next;
            next = Saturating.Multiply(next, shape[i]);
        }

        layout = new TensorLayout(type, shape, nb, offset: 0);
        return next != Saturating.TooMany;
    }

    /// <summary>ggml_nbytes, at most <see cref="Saturating.TooMany"/>.</summary>
    private static long Extent(in GgmlTypeInfo info, in TensorShape shape, in Dims nb)
    {
        if (shape.IsEmpty)
        {
            return 0;
        }

        long bytes = info.BlockSize == 1
            ? Saturating.Add(info.TypeSize, Saturating.Multiply(shape[0] - 1, nb[0]))
            : Saturating.Multiply(shape[0] / info.BlockSize, nb[0]);
        for (int i = 1; i < TensorShape.MaxRank; i++)
        {
            bytes = Saturating.Add(bytes, Saturating.Multiply(shape[i] - 1, nb[i]));
        }

        return bytes;
    }

    private void CheckIndex(long index, int dimension, string name)
    {
        if ((ulong)index >= (ulong)_shape[dimension])
        {
            throw new ArgumentOutOfRangeException(name, index, $"The index is outside dimension {dimension} of {_shape}.");
        }
    }
}
