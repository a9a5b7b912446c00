namespace LlamaNative.Templates;

/// <summary>
/// A text that knows which of its characters came from input and which from the template. Slicing keeps the origin of
/// every character; a plain string converts to a text of the template's own.
/// </summary>
internal readonly struct TracedText
{
    private static readonly int[] s_allInput = [0];

    // Where input begins, ends, begins again, ... in the text that this one was cut from; null where there is none.
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

    /// <summary>Whether some characters came from input and others did not.</summary>
    public bool IsMixed => _edges is not null && _edges != s_allInput;

    /// <summary>At most so many places are there where input begins or ends, the ends of the text included.</summary>
    public int MostEdges => !HasInput ? 0 : !IsMixed ? 2 : EdgesUpTo(Length) - EdgesUpTo(0) + 2;

    public static implicit operator TracedText(string text) => new(text, null, 0);

    /// <summary>A text all of which came from input.</summary>
    public static TracedText Input(string text) => new(text, text.Length == 0 ? null : s_allInput, 0);

    /// <summary>A text with the places where input begins and ends, in order and in pairs.</summary>
    public static TracedText Of(string text, ReadOnlySpan<int> edges) =>
        edges.Length == 0 ? text : edges is [0, int end] && end == text.Length ? Input(text) : new(text, edges.ToArray(), 0);

    public bool IsInputAt(int index) => _edges is not null && IsInputAfter(EdgesUpTo(index));

    /// <summary>The text as runs of characters of one origin, in order.</summary>
    public RunEnumerator GetEnumerator() => new(this);

    /// <summary>Part of the text; what the language calls for <c>text[start..end]</c>.</summary>
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
    /// The result of changing this text character by character, such as raising its letters; where some characters became
    /// two, the result counts as <see cref="Derived"/>.
    /// </summary>
    public TracedText Mapped(string result) => result.Length == Length ? new(result, _edges, _offset) : Derived(result);

    /// <summary>A text made from this one without a record of what became of each character: input if any of this was.</summary>
    public TracedText Derived(string result) => HasInput ? Input(result) : result;

    public override string ToString() => Text;

    private static bool IsInputAfter(int edges) => (edges & 1) == 1;

    /// <summary>How many edges lie at or before a character of a text that has some.</summary>
    private int EdgesUpTo(int index)
    {
        int found = _edges.AsSpan().BinarySearch(_offset + index);
        return found < 0 ? ~found : found + 1;
    }

    /// <summary>Walks the runs.</summary>
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

/// <summary>Neighbouring characters of a text that have one origin.</summary>
internal readonly record struct TextRun(int Start, int Length, bool IsInput);
