namespace LlamaNative.Tensors;

/// <summary>
/// Walks a layout in logical order, fastest dimension first, and gives the byte offset of each step: every element,
/// or every row (the smallest step in a quantized tensor). A value to use with foreach; it allocates nothing.
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

    /// <summary>The byte offset of the element or row at hand.</summary>
    public long Current { get; private set; }

    /// <summary>All elements of a layout.</summary>
    /// <exception cref="TensorLayoutException">A quantized type: its elements have no addresses.</exception>
    public static StridedIndexer Elements(in TensorLayout layout) =>
        GgmlTypeInfo.Of(layout.Type).IsQuantized
            ? throw new TensorLayoutException("Elements", $"the elements of {layout} are packed in blocks; walk its rows")
            : new(layout, 0);

    /// <summary>The first elements of all rows.</summary>
    public static StridedIndexer Rows(in TensorLayout layout) => new(layout, 1);

    /// <summary>The position of the element or row at hand along a dimension.</summary>
    public readonly long Index(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)dimension, (uint)TensorShape.MaxRank, nameof(dimension));
        return _index[dimension];
    }

    /// <summary>For foreach.</summary>
    public readonly StridedIndexer GetEnumerator() => this;

    /// <summary>Steps on, and says whether there was anything left.</summary>
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
