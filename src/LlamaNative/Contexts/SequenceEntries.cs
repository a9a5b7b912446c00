namespace LlamaNative.Contexts;

/// <summary>The tokens of one sequence in the order they came, each with its position and cell. Allocated on first use, for good.</summary>
internal sealed class SequenceEntries(int capacity)
{
    public int[] Tokens { get; private set; } = [];

    public int[] Positions { get; private set; } = [];

    public int[] Cells { get; private set; } = [];

    public int Count { get; set; }

    /// <summary>Whether the tokens were evaluated under other adapters than a new prompt would be; an empty sequence begins anew.</summary>
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

    /// <summary>How many of <paramref name="tokens"/>, from the first on, lie at the positions 0, 1, 2 …</summary>
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
        // Straight to the full size: the generation loop must not meet an allocation.
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
