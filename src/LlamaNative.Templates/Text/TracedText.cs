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

    public static implicit operator TracedText(string text) => new(text, null, 0);

    /// <summary>A text all of which came from input.</summary>
    public static TracedText Input(string text) => new(text, text.Length == 0 ? null : s_allInput, 0);

    /// <summary>A text with the places where input begins and ends, in order and in pairs.</summary>
    public static TracedText Of(string text, ReadOnlySpan<int> edges) =>
        edges.Length == 0 ? text : edges is [0, int end] && end == text.Length ? Input(text) : new(text, edges.ToArray(), 0);

    public bool IsInputAt(int index) => _edges is not null && IsInputAfter(EdgesUpTo(index));

    /// <summary>The end of the run of characters of one origin that holds the index.</summary>
    public int EndOfRun(int index)
    {
        int edge = _edges is null ? 0 : EdgesUpTo(index);
        return _edges is null || edge == _edges.Length ? Length : Math.Min(Length, _edges[edge] - _offset);
    }

    /// <summary>Part of the text; what the language calls for <c>text[start..end]</c>.</summary>
    public TracedText Slice(int start, int length)
    {
        string part = Text.Substring(start, length);
        if (!IsMixed)
        {
            return HasInput ? Input(part) : part;
        }

        return length > 0 && EndOfRun(start) >= start + length
            ? (IsInputAt(start) ? Input(part) : part)
            : length == 0 ? part : new TracedText(part, _edges, _offset + start);
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

    /// <summary>How many edges lie at or before a character.</summary>
    private int EdgesUpTo(int index)
    {
        // Only a mixed text has an offset, and all of an unmixed one lies behind its one edge.
        int found = Array.BinarySearch(_edges!, _offset + index);
        return found < 0 ? ~found : found + 1;
    }
}
