using System.Globalization;
using System.Text;

namespace LlamaNative.Chat.Templates;

/// <summary>Rendered text in the making, held to the rendering's budget.</summary>
internal sealed class OutputBuffer(RenderBudget budget)
{
    private readonly StringBuilder _text = new();

    public RenderBudget Budget => budget;

    public int Length => _text.Length;

    public void Append(ReadOnlySpan<char> text)
    {
        if (text.Length > budget.Limits.MaxOutputLength - _text.Length)
        {
            throw new TemplateError($"the text grows beyond {budget.Limits.MaxOutputLength} characters");
        }

        budget.Allocate((long)text.Length * sizeof(char));
        _text.Append(text);
    }

    public void Append(char character) => Append([character]);

    public void Append(long number)
    {
        Span<char> digits = stackalloc char[20];
        number.TryFormat(digits, out int written, default, CultureInfo.InvariantCulture);
        Append(digits[..written]);
    }

    public void Repeat(char character, int count)
    {
        // Asked first, so that a hostile width allocates nothing.
        if (count > budget.Limits.MaxOutputLength - _text.Length)
        {
            throw new TemplateError($"the text grows beyond {budget.Limits.MaxOutputLength} characters");
        }

        if (count > 0)
        {
            budget.AllocateText(count);
            _text.Append(character, count);
        }
    }

    public void Clear() => _text.Clear();

    public override string ToString() => _text.ToString();
}
