namespace LlamaNative.Templates;

/// <summary>
/// A rendered text and its provenance: which characters came from input (messages, tools, documents) and which from the
/// template. A tokenizer that parses control tokens such as <c>&lt;|im_end|&gt;</c> only outside <see cref="InputSpans"/> is
/// immune to control tokens in user input.
/// </summary>
/// <remarks>
/// Provenance is tracked through every operation of the language, per character where the operation preserves characters
/// (slicing, trimming, replacing, joining, formatting, <c>tojson</c>, case); otherwise the result counts as input if any
/// operand does. A printed number, boolean or None from the variables is input; one computed by the template is not.
/// </remarks>
public sealed class RenderedText
{
    private readonly TracedText _text;

    internal RenderedText(TracedText text)
    {
        _text = text;
        List<InputSpan> spans = [];
        foreach (TextRun run in text)
        {
            if (run.IsInput)
            {
                spans.Add(new InputSpan(run.Start, run.Length));
            }
        }

        InputSpans = spans;
    }

    /// <summary>The rendered text.</summary>
    public string Text => _text.Text;

    /// <summary>
    /// The parts that came from input, in order. They neither touch nor overlap; all other text is the template's.
    /// </summary>
    public IReadOnlyList<InputSpan> InputSpans { get; }

    /// <summary>Whether the UTF-16 code unit at an index of <see cref="Text"/> came from input.</summary>
    public bool IsInput(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Text.Length);
        return _text.IsInputAt(index);
    }

    /// <summary>Returns <see cref="Text"/>.</summary>
    public override string ToString() => Text;
}

/// <summary>A range of <see cref="RenderedText.Text"/> that came from input.</summary>
/// <param name="Start">The index of the first UTF-16 code unit.</param>
/// <param name="Length">The number of UTF-16 code units.</param>
public readonly record struct InputSpan(int Start, int Length)
{
    /// <summary>The index after the last code unit.</summary>
    public int End => Start + Length;
}
