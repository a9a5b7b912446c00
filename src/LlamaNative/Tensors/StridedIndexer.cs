namespace LlamaNative.Tensors;

/// <summary>
/// Enumerates the rows of a layout in logical order and yields the byte offset of each row's first element. For use with
/// foreach; allocates nothing.
/// </summary>
internal struct StridedIndexer
{
    private readonly TensorLayout _layout;
    private Dims _index;
    private long _remaining;
    private bool _started;

    private StridedIndexer(in TensorLayout layout)
    {
        _layout = layout;
        _remaining = layout.Shape.IsEmpty ? 0 : layout.Shape.RowCount;
        Current = layout.Offset;
    }

    /// <summary>The byte offset of the current row.</summary>
    public long Current { get; private set; }

    /// <summary>All rows of a layout.</summary>
    public static StridedIndexer Rows(in TensorLayout layout) => new(layout);

    /// <summary>Supports foreach.</summary>
    public readonly StridedIndexer GetEnumerator() => this;

    /// <summary>Advances to the next row; returns false at the end.</summary>
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

        for (int i = 1; i < TensorShape.MaxRank; i++)
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
