namespace LlamaNative.Templates;

/// <summary>
/// A text with provenance: which characters came from input and which from the template. Slicing preserves it; a plain string
/// converts to template text.
/// </summary>
internal readonly struct TracedText
{
    private static readonly int[] s_allInput = [0];

    // Alternating start and end indices of input in the text that this one was sliced from; null if there is no input.
    private readonly int[]? _edges;
    private readonly int _offset;

    private TracedText(string text, int[]? edges, int offset)
    {
        Text = text;
        _edges = edges;
        _offset = offset;
    }

    public string Text { get; }

    public int Length => Text.Length;

    public char this[int index] => Text[index];

    /// <summary>Whether any character came from input.</summary>
    public bool HasInput => _edges is not null;

    /// <summary>Whether only some of the characters came from input.</summary>
    public bool IsMixed => _edges is not null && _edges != s_allInput;

    /// <summary>Upper bound of the number of indices where input starts or ends, including the ends of the text.</summary>
    public int MostEdges => !HasInput ? 0 : !IsMixed ? 2 : EdgesUpTo(Length) - EdgesUpTo(0) + 2;

    public static implicit operator TracedText(string text) => new(text, null, 0);

    /// <summary>A text that came entirely from input.</summary>
    public static TracedText Input(string text) => new(text, text.Length == 0 ? null : s_allInput, 0);

    /// <summary>A text with the indices where input starts and ends, in ascending order and in pairs.</summary>
    public static TracedText Of(string text, ReadOnlySpan<int> edges) =>
        edges.Length == 0 ? text : edges is [0, int end] && end == text.Length ? Input(text) : new(text, edges.ToArray(), 0);

    public bool IsInputAt(int index) => _edges is not null && IsInputAfter(EdgesUpTo(index));

    /// <summary>The text as runs of characters of the same provenance, in order.</summary>
    public RunEnumerator GetEnumerator() => new(this);

    /// <summary>The range pattern <c>text[start..end]</c> calls this method.</summary>
    public TracedText Slice(int start, int length)
    {
        string part = Text.Substring(start, length);
        if (!IsMixed)
        {
            return HasInput ? Input(part) : part;
        }

        if (length == 0)
        {
            return part;
        }

        int edges = EdgesUpTo(start);
        bool isUniform = edges == _edges!.Length || _edges[edges] - _offset >= start + length;
        return !isUniform ? new TracedText(part, _edges, _offset + start) : IsInputAfter(edges) ? Input(part) : part;
    }

    /// <summary>
    /// The result of a character-by-character change of this text, such as upper case; if some characters became two, the
    /// result is <see cref="Derived"/>.
    /// </summary>
    public TracedText Mapped(string result) => result.Length == Length ? new(result, _edges, _offset) : Derived(result);

    /// <summary>
    /// A text derived from this one without per-character provenance: input if any character of this text is.
    /// </summary>
    public TracedText Derived(string result) => HasInput ? Input(result) : result;

    public override string ToString() => Text;

    private static bool IsInputAfter(int edges) => (edges & 1) == 1;

    /// <summary>Number of edges at or before an index; the text must have edges.</summary>
    private int EdgesUpTo(int index)
    {
        int found = _edges.AsSpan().BinarySearch(_offset + index);
        return found < 0 ? ~found : found + 1;
    }

    /// <summary>Enumerates the runs.</summary>
    internal struct RunEnumerator
    {
        private readonly TracedText _text;
        private int _edge;
        private int _end;

        public RunEnumerator(in TracedText text)
        {
            _text = text;
            _edge = text.HasInput ? text.EdgesUpTo(0) : 0;
        }

        public TextRun Current { get; private set; }

        public bool MoveNext()
        {
            if (_end == _text.Length)
            {
                return false;
            }

            int start = _end;
            int[]? edges = _text._edges;
            _end = edges is null || _edge == edges.Length ? _text.Length : Math.Min(_text.Length, edges[_edge] - _text._offset);
            Current = new TextRun(start, _end - start, IsInputAfter(_edge));
            _edge++;
            return true;
        }
    }
}

/// <summary>Consecutive characters of the same provenance.</summary>
internal readonly record struct TextRun(int Start, int Length, bool IsInput);
