using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Templates;

/// <summary>A buffer for rendered text with provenance, limited by the rendering's budget.</summary>
internal sealed class OutputBuffer(RenderBudget budget)
{
    private readonly StringBuilder _text = new();

    // Alternating start and end indices of input.
    private readonly List<int> _edges = [];

    public RenderBudget Budget => budget;

    public int Length => _text.Length;

    /// <summary>Appends characters of the same provenance.</summary>
    public void Append(ReadOnlySpan<char> text, bool isInput = false)
    {
        if (text.Length > budget.Limits.MaxOutputLength - _text.Length)
        {
            throw TooLong();
        }

        budget.Allocate((long)text.Length * sizeof(char));
        if (isInput)
        {
            MarkInput(text.Length);
        }

        _text.Append(text);
    }

    public void Append(string? text, bool isInput = false) => Append(text.AsSpan(), isInput);

    public void Append(in TracedText text)
    {
        foreach (TextRun run in text)
        {
            Append(text.Text.AsSpan(run.Start, run.Length), run.IsInput);
        }
    }

    public void Append(char character, bool isInput = false) => Append([character], isInput);

    public void Append(long number, bool isInput = false)
    {
        Span<char> digits = stackalloc char[20];
        number.TryFormat(digits, out int written, default, CultureInfo.InvariantCulture);
        Append(digits[..written], isInput);
    }

    public void Repeat(char character, int count, bool isInput = false)
    {
        // Check first, so that a hostile width allocates nothing.
        if (count > budget.Limits.MaxOutputLength - _text.Length)
        {
            throw TooLong();
        }

        if (count > 0)
        {
            budget.AllocateText(count);
            if (isInput)
            {
                MarkInput(count);
            }

            _text.Append(character, count);
        }
    }

    public void Clear()
    {
        _text.Clear();
        _edges.Clear();
    }

    /// <summary>The text with provenance.</summary>
    public TracedText ToText()
    {
        budget.Allocate((long)_edges.Count * sizeof(int));
        return TracedText.Of(_text.ToString(), CollectionsMarshal.AsSpan(_edges));
    }

    /// <summary>The text without provenance.</summary>
    public override string ToString() => _text.ToString();

    private void MarkInput(int length)
    {
        if (length == 0)
        {
            return;
        }

        if (_edges.Count > 0 && _edges[^1] == _text.Length)
        {
            _edges[^1] += length;
            return;
        }

        budget.Allocate(2 * sizeof(int));
        _edges.Add(_text.Length);
        _edges.Add(_text.Length + length);
    }

    private TemplateError TooLong() => new($"the text exceeds {budget.Limits.MaxOutputLength} characters (TemplateLimits.MaxOutputLength)");
}
