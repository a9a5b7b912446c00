namespace LlamaNative.Contexts;

/// <summary>
/// The tokens of one sequence in insertion order, with their positions and cells. Allocated on first use and never shrunk.
/// </summary>
internal sealed class SequenceEntries(int capacity)
{
    public int[] Tokens { get; private set; } = [];

    public int[] Positions { get; private set; } = [];

    public int[] Cells { get; private set; } = [];

    public int Count { get; set; }

    /// <summary>
    /// Whether the tokens were evaluated with other adapters than the current ones. Cleared when the sequence becomes empty.
    /// </summary>
    public bool IsStale { get; set; }

    public void Add(int token, int position, int cell)
    {
        IsStale &= Count > 0;
        if (Count == Tokens.Length)
        {
            Grow();
        }

        Tokens[Count] = token;
        Positions[Count] = position;
        Cells[Count] = cell;
        Count++;
    }

    public void Move(int from, int to)
    {
        Tokens[to] = Tokens[from];
        Positions[to] = Positions[from];
        Cells[to] = Cells[from];
    }

    /// <summary>The number of leading <paramref name="tokens"/> that the sequence has at positions 0, 1, 2 …</summary>
    public int CommonPrefix(ReadOnlySpan<int> tokens)
    {
        int limit = IsStale ? 0 : Math.Min(Count, tokens.Length);
        int length = 0;
        while (length < limit && Tokens[length] == tokens[length] && Positions[length] == length)
        {
            length++;
        }

        return length;
    }

    private void Grow()
    {
        // Allocate the full size at once, so that the generation loop never allocates.
        int size = Math.Max(capacity, Tokens.Length * 2);
        Tokens = Resize(Tokens, size);
        Positions = Resize(Positions, size);
        Cells = Resize(Cells, size);
    }

    private static int[] Resize(int[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}
