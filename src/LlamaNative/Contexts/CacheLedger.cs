namespace LlamaNative.Contexts;

/// <summary>
/// Managed record of the KV cache's content. llama.cpp exposes neither the tokens of a sequence, which prefix reuse needs, nor
/// the number of free cells, which error messages need.
/// </summary>
internal sealed class CacheLedger
{
    private readonly SequenceEntries[] _sequences;
    private readonly bool _unified;
    private readonly int[] _references;
    private readonly int[] _freeCells;
    private int _freeCount;

    /// <param name="sequences">The number of sequences.</param>
    /// <param name="capacity">Total cells when <paramref name="unified"/>, otherwise cells per sequence.</param>
    /// <param name="unified">Whether sequences share cells.</param>
    public CacheLedger(int sequences, int capacity, bool unified)
    {
        Capacity = capacity;
        _unified = unified;
        _sequences = new SequenceEntries[sequences];
        for (int i = 0; i < sequences; i++)
        {
            _sequences[i] = new SequenceEntries(capacity);
        }

        _references = unified ? new int[capacity] : [];
        _freeCells = unified ? new int[capacity] : [];
        ReleaseAll();
    }

    /// <summary>Cells in total when the cache is unified, otherwise per sequence.</summary>
    public int Capacity { get; }

    public int SequenceCount => _sequences.Length;

    /// <summary>Cells available to this sequence.</summary>
    public int FreeCells(int sequence) => _unified ? _freeCount : Capacity - _sequences[sequence].Count;

    public SequenceEntries this[int sequence] => _sequences[sequence];

    /// <summary>Records a token that was evaluated for all of <paramref name="sequences"/>.</summary>
    public void Append(int token, int position, ReadOnlySpan<int> sequences)
    {
        int cell = -1;
        if (_unified && _freeCount > 0)
        {
            cell = _freeCells[--_freeCount];
            _references[cell] = sequences.Length;
        }

        foreach (int sequence in sequences)
        {
            _sequences[sequence].Add(token, position, cell);
        }
    }

    /// <summary>Removes the positions in [from, to) of a sequence.</summary>
    public void Remove(int sequence, int from, int to)
    {
        SequenceEntries entries = _sequences[sequence];
        int kept = 0;
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries.Positions[i] >= from && entries.Positions[i] < to)
            {
                Release(entries.Cells[i]);
            }
            else
            {
                entries.Move(i, kept++);
            }
        }

        entries.Count = kept;
    }

    /// <summary>
    /// Copies the positions in [from, to) of one sequence to another; in a unified cache the two share cells.
    /// </summary>
    public void Copy(int source, int destination, int from, int to)
    {
        SequenceEntries entries = _sequences[source];
        bool stale = entries.IsStale || (_sequences[destination].Count > 0 && _sequences[destination].IsStale);
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries.Positions[i] >= from && entries.Positions[i] < to)
            {
                int cell = entries.Cells[i];
                if (cell >= 0)
                {
                    _references[cell]++;
                }

                _sequences[destination].Add(entries.Tokens[i], entries.Positions[i], cell);
            }
        }

        _sequences[destination].IsStale = stale;
    }

    /// <summary>
    /// Keeps the entries but excludes them from prefix reuse, because the same tokens would now give other values.
    /// </summary>
    public void MarkStale()
    {
        foreach (SequenceEntries entries in _sequences)
        {
            entries.IsStale = true;
        }
    }

    /// <summary>Maps the positions in [from, to) of a sequence; entries whose position becomes negative are removed.</summary>
    public void MapPositions(int sequence, int from, int to, Func<int, int> map)
    {
        SequenceEntries entries = _sequences[sequence];
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries.Positions[i] >= from && entries.Positions[i] < to)
            {
                entries.Positions[i] = map(entries.Positions[i]);
            }
        }

        Remove(sequence, int.MinValue, 0);
    }

    public void Clear()
    {
        foreach (SequenceEntries entries in _sequences)
        {
            entries.Count = 0;
        }

        ReleaseAll();
    }

    private void Release(int cell)
    {
        if (cell >= 0 && --_references[cell] == 0)
        {
            _freeCells[_freeCount++] = cell;
        }
    }

    private void ReleaseAll()
    {
        Array.Clear(_references);
        _freeCount = _freeCells.Length;
        for (int cell = 0; cell < _freeCount; cell++)
        {
            _freeCells[cell] = cell;
        }
    }
}
