namespace LlamaNative.Tensors;

/// <summary>
/// The number of elements along each dimension: ggml's <c>ne</c>. <c>ne[0]</c> is the fastest dimension (a row), and dimensions beyond
/// <see cref="Rank"/> are 1, so [64] and [64, 1] are equal.
/// </summary>
public readonly struct TensorShape : IEquatable<TensorShape>
{
    /// <summary>The maximum number of dimensions in ggml (<c>GGML_MAX_DIMS</c>).</summary>
    public const int MaxRank = Dims.Count;

    private readonly Dims _ne;
    private readonly byte _rank;

    /// <summary>Creates a shape of one to four dimensions, fastest first.</summary>
    /// <exception cref="ArgumentException">There are more than four dimensions, a dimension is negative, or there are 2^63 elements or
    /// more.</exception>
    public TensorShape(params ReadOnlySpan<long> ne)
    {
        if (!TryCreate(ne, out this))
        {
            throw new ArgumentException(
                $"A shape must have at most {MaxRank} non-negative dimensions and fewer than 2^63 elements: "
                + $"[{string.Join(", ", ne.ToArray())}]", nameof(ne));
        }
    }

    private TensorShape(in Dims ne, int rank)
    {
        _ne = ne;
        _rank = (byte)rank;
    }

    /// <summary>The number of dimensions specified, including trailing dimensions of 1, which GGUF files preserve.</summary>
    public int Rank => _rank;

    /// <summary>The total number of elements (<c>ggml_nelements</c>).</summary>
    public long ElementCount => this[0] * this[1] * this[2] * this[3];

    /// <summary>The total number of rows (<c>ggml_nrows</c>).</summary>
    public long RowCount => this[1] * this[2] * this[3];

    /// <summary>Whether a dimension is 0, so that there are no elements.</summary>
    public bool IsEmpty => ElementCount == 0;

    /// <summary>The number of elements along dimension 0 to 3; 1 beyond the rank.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is not 0 to 3.</exception>
    public long this[int dimension]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)dimension, (uint)MaxRank, nameof(dimension));
            return dimension < _rank ? _ne[dimension] : 1;
        }
    }

    /// <summary>Whether both shapes have the same dimensions, ignoring trailing ones (<c>ggml_are_same_shape</c>).</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Whether the shapes differ.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);

    /// <summary>Creates a shape; returns false when the constructor would throw.</summary>
    public static bool TryCreate(ReadOnlySpan<long> ne, out TensorShape shape)
    {
        shape = default;
        if (ne.Length > MaxRank)
        {
            return false;
        }

        Dims dims = Dims.Of(1, 1, 1, 1);
        long elements = 1;
        bool empty = false;
        foreach (long dimension in ne)
        {
            empty |= dimension == 0;
        }

        for (int i = 0; i < ne.Length; i++)
        {
            // ggml rejects a product of 2^63 - 1 or more unless a dimension is 0.
            if (ne[i] < 0 || (!empty && ne[i] > (long.MaxValue - 1) / elements))
            {
                return false;
            }

            dims[i] = ne[i];
            elements = empty ? 1 : elements * ne[i];
        }

        shape = new TensorShape(dims, ne.Length);
        return true;
    }

    /// <summary>Writes the <see cref="Rank"/> dimensions, fastest first, and returns the rank.</summary>
    public int CopyTo(Span<long> ne)
    {
        for (int i = 0; i < _rank; i++)
        {
            ne[i] = _ne[i];
        }

        return _rank;
    }

    /// <inheritdoc/>
    public bool Equals(TensorShape other) =>
        this[0] == other[0] && this[1] == other[1] && this[2] == other[2] && this[3] == other[3];

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(this[0], this[1], this[2], this[3]);

    /// <summary>Returns the dimensions, e.g. <c>[4, 3, 2]</c>.</summary>
    public override string ToString()
    {
        Span<long> ne = stackalloc long[MaxRank];
        return $"[{string.Join(", ", ne[..CopyTo(ne)].ToArray())}]";
    }

    internal TensorShape With(int dimension, long count)
    {
        Dims dims = Dims.Of(this[0], this[1], this[2], this[3]);
        dims[dimension] = count;
        return new TensorShape(dims, Math.Max(_rank, dimension + 1));
    }

    internal static TensorShape FromDims(in Dims ne, int rank) => new(ne, rank);
}
