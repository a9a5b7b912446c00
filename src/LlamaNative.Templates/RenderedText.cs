namespace LlamaNative.Templates;

/// <summary>
/// A rendered text and its provenance: which characters came from input (messages, tools, documents) and which from the
/// template. A tokenizer that reads control tokens such as <c>&lt;|im_end|&gt;</c> only outside of <see cref="InputSpans"/>
/// cannot be misled by a user who types one.
/// </summary>
/// <remarks>
/// Text keeps its provenance through every operation of the language, character by character where an operation keeps
/// characters apart (slicing, trimming, replacing, joining, formatting, <c>tojson</c>, case); what cannot be told apart
/// counts as input. A number, boolean or None of the variables is input when it is printed; one that the template
/// computes is not.
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

    /// <summary>The text.</summary>
    public string Text => _text.Text;

    /// <summary>The parts that came from input, in order; they neither touch nor overlap, and the rest is the template's.</summary>
    public IReadOnlyList<InputSpan> InputSpans { get; }

    /// <summary>Whether the UTF-16 character at an index of <see cref="Text"/> came from input.</summary>
    public bool IsInput(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Text.Length);
        return _text.IsInputAt(index);
    }

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}

/// <summary>A run of characters of <see cref="RenderedText.Text"/> that came from input.</summary>
/// <param name="Start">The index of its first UTF-16 character.</param>
/// <param name="Length">How many UTF-16 characters it has.</param>
public readonly record struct InputSpan(int Start, int Length)
{
    /// <summary>The index behind its last character.</summary>
    public int End => Start + Length;
}
