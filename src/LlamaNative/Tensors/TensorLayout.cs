namespace LlamaNative.Tensors;

/// <summary>
/// Where the elements of a tensor lie: a type, the number of elements per dimension (ne), the distance in bytes
/// between neighbours per dimension (nb) and the byte where element 0 starts. ggml's geometry: ne[0] is the fastest
/// dimension; a contiguous 4×3×2 F32 tensor has nb = 4, 16, 48. Views change these numbers and never a byte of data.
/// </summary>
/// <remarks>
/// A value without references: the operations in TensorLayout.Views.cs allocate nothing. In a quantized tensor
/// nb[0] is the distance between blocks, a single element has no address, and dimension 0 stays where it is.
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

    /// <summary>The byte, counted from the start of the memory that the layout describes, where element 0 lies.</summary>
    public long Offset { get; }

    /// <summary>
    /// Bytes from the first byte of the first element to the last byte of the last one, gaps included (<c>ggml_nbytes</c>).
    /// </summary>
    public long ByteCount => Extent(GgmlTypeInfo.Of(Type), _shape, _nb);

    /// <summary>Whether the elements lie one behind the other in order, without gaps (<c>ggml_is_contiguous</c>).</summary>
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

    /// <summary>Whether each row is one run of bytes (<c>ggml_is_contiguous_rows</c>).</summary>
    public bool HasContiguousRows
    {
        get
        {
            GgmlTypeInfo info = GgmlTypeInfo.Of(Type);
            return _shape[0] == info.BlockSize || _nb[0] == info.TypeSize;
        }
    }

    /// <summary>Whether rows advance faster than elements (<c>ggml_is_transposed</c>).</summary>
    public bool IsTransposed => _nb[0] > _nb[1];

    /// <summary>Whether the dimensions are out of memory order (<c>ggml_is_permuted</c>).</summary>
    public bool IsPermuted => _nb[0] > _nb[1] || _nb[1] > _nb[2] || _nb[2] > _nb[3];

    /// <summary>Whether both layouts are the same numbers.</summary>
    public static bool operator ==(TensorLayout left, TensorLayout right) => left.Equals(right);

    /// <summary>Whether the layouts differ.</summary>
    public static bool operator !=(TensorLayout left, TensorLayout right) => !left.Equals(right);

    /// <summary>The layout of a tensor whose elements lie one behind the other, as ggml creates it and GGUF stores it.</summary>
    /// <exception cref="TensorLayoutException">Rows are not whole blocks, or the tensor takes 2^63 bytes and more.</exception>
    public static TensorLayout Contiguous(GgmlType type, TensorShape shape) =>
        TryContiguous(type, shape, out TensorLayout layout)
            ? layout
            : throw new TensorLayoutException("Contiguous",
                $"{shape} {GgmlTypeInfo.Of(type).Name} is not whole blocks of {GgmlTypeInfo.Of(type).BlockSize} elements per row or "
                + $"exceeds 2^63 bytes");

    /// <summary>Bytes between neighbours along dimension 0 to 3 (between blocks along dimension 0).</summary>
    public long Stride(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)dimension, (uint)TensorShape.MaxRank, nameof(dimension));
        return _nb[dimension];
    }

    /// <summary>The byte where an element lies. Along dimension 0 of a quantized tensor only a block's first element has one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside the shape.</exception>
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

    /// <summary>Type, shape and strides, as error messages show them.</summary>
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
            throw new ArgumentOutOfRangeException(name, index, $"outside dimension {dimension} of {_shape}");
        }
    }
}
