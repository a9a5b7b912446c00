using System.Globalization;
using System.Text;

namespace Llama3FromScratch.Page;

/// <summary>Writes SVG and HTML; all text is escaped, and numbers use the invariant culture.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _text = new();

    public Svg Raw(FormattableString markup)
    {
        _text.AppendFormat(CultureInfo.InvariantCulture, markup.Format, [.. markup.GetArguments().Select(Safe)]);
        return this;
    }

    public override string ToString() => _text.ToString();

    /// <summary>A token as a label: spaces and newlines are made visible, characters that cannot be drawn are omitted.</summary>
    public static string Label(string text)
    {
        string visible = text.Replace(' ', '␣').Replace("\n", "⏎", StringComparison.Ordinal);
        string drawn = new([.. visible.Where(character => !char.IsControl(character))]);
        return drawn.Length == 0 ? "∅" : drawn.Length <= 10 ? drawn : drawn[..9] + "…";
    }

    private static object? Safe(object? argument) => argument switch
    {
        string text => Escape(text),
        double number => Math.Round(number, 2),
        Svg inner => inner.ToString(),
        _ => argument,
    };

    private static string Escape(string text)
    {
        // A byte-level token can decode to a lone surrogate, which HTML does not allow.
        Rune[] runes = [.. text.EnumerateRunes()];
        return System.Net.WebUtility.HtmlEncode(string.Concat(runes));
    }
}
