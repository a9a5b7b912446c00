namespace LlamaNative.Tensors;

/// <summary>
/// Enumerates a layout in logical order, fastest dimension first, and yields the byte offset of each element or of each row (the smallest
/// addressable unit of a quantized tensor). For use with foreach; allocates nothing.
/// </summary>
internal struct StridedIndexer
{
    private readonly TensorLayout _layout;
    private readonly int _first;
    private Dims _index;
    private long _remaining;
    private bool _started;

    private StridedIndexer(in TensorLayout layout, int firstDimension)
    {
        _layout = layout;
        _first = firstDimension;
        _index = default;
        _remaining = firstDimension == 0 ? layout.Shape.ElementCount : layout.Shape.IsEmpty ? 0 : layout.Shape.RowCount;
        Current = layout.Offset;
    }

    /// <summary>The byte offset of the current element or row.</summary>
    public long Current { get; private set; }

    /// <summary>Enumerates all elements of a layout.</summary>
    /// <exception cref="TensorLayoutException">The type is quantized, so its elements cannot be addressed individually.</exception>
    public static StridedIndexer Elements(in TensorLayout layout) =>
        GgmlTypeInfo.Of(layout.Type).IsQuantized
            ? throw new TensorLayoutException("Elements", $"the elements of {layout} are packed in blocks; enumerate its rows instead")
            : new(layout, 0);

    /// <summary>Enumerates the first element of each row.</summary>
    public static StridedIndexer Rows(in TensorLayout layout) => new(layout, 1);

    /// <summary>The index of the current element or row along a dimension.</summary>
    public readonly long Index(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)dimension, (uint)TensorShape.MaxRank, nameof(dimension));
        return _index[dimension];
    }

    /// <summary>Supports foreach.</summary>
    public readonly StridedIndexer GetEnumerator() => this;

    /// <summary>Advances to the next element or row; returns false at the end.</summary>
    public bool MoveNext()
    {
        if (_remaining == 0)
        {
            return false;
        }

        _remaining--;
        if (!_started)
        {
            _started = true;
            return true;
        }

        for (int i = _first; i < TensorShape.MaxRank; i++)
        {
            Current += _layout.Stride(i);
            if (++_index[i] < _layout.Shape[i])
            {
                return true;
            }

            Current -= _layout.Stride(i) * _index[i];
            _index[i] = 0;
        }

        return true;
    }
}
