using System.Globalization;
using System.Text;

namespace LlamaNative.Templates;

/// <summary>Python's text operations where they differ from .NET's: whitespace, strip, replace, case.</summary>
internal static class PythonText
{
    /// <summary>str.isspace for one character: Unicode whitespace and the four ASCII separators.</summary>
    public static bool IsWhiteSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1C' and <= '\x1F';

    public static TracedText Strip(TracedText text, string? characters, bool left = true, bool right = true)
    {
        int start = 0;
        int end = text.Length;
        while (left && start < end && Strips(text.Text, start, characters))
        {
            start++;
        }

        while (right && end > start && Strips(text.Text, end - 1, characters))
        {
            end--;
        }

        return text[start..end];
    }

    public static int TrimmedEnd(ReadOnlySpan<char> text)
    {
        int end = text.Length;
        while (end > 0 && IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return end;
    }

    /// <summary>str.replace; an empty search text matches between all code points.</summary>
    public static TracedText Replace(RenderBudget budget, TracedText traced, string old, TracedText replacement, long count)
    {
        string text = traced.Text;
        budget.Scan(text.Length);
        if (count == 0 || (old.Length > 0 && !text.Contains(old, StringComparison.Ordinal)))
        {
            return traced;
        }

        OutputBuffer replaced = new(budget);
        int start = 0;
        for (long done = 0; count < 0 || done < count; done++)
        {
            if (old.Length == 0)
            {
                replaced.Append(replacement);
                if (start == text.Length)
                {
                    return replaced.ToText();
                }

                int width = CodePoints.WidthAt(text, start);
                replaced.Append(traced.Slice(start, width));
                start += width;
                continue;
            }

            int at = text.IndexOf(old, start, StringComparison.Ordinal);
            if (at < 0)
            {
                break;
            }

            replaced.Append(traced[start..at]);
            replaced.Append(replacement);
            start = at + old.Length;
        }

        replaced.Append(traced[start..]);
        return replaced.ToText();
    }

    /// <summary>str.upper; ß is the only letter handled whose uppercase form is longer.</summary>
    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal);

    /// <summary>str.lower, with Greek final sigma and dotted capital I, which do not map to a single letter each.</summary>
    public static string Lower(string text)
    {
        string lower = text.ToLowerInvariant().Replace("\u0130", "i\u0307", StringComparison.Ordinal);
        if (!text.Contains('Σ', StringComparison.Ordinal) || lower.Length != text.Length)
        {
            return lower;
        }

        char[] letters = lower.ToCharArray();
        for (int i = 0; i < letters.Length; i++)
        {
            bool ends = i > 0 && char.IsLetter(text[i - 1]) && (i + 1 == letters.Length || !char.IsLetter(text[i + 1]));
            letters[i] = text[i] == 'Σ' && ends ? 'ς' : letters[i];
        }

        return new string(letters);
    }

    /// <summary>str.capitalize: the first code point in upper case, the rest in lower case.</summary>
    public static string Capitalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        int width = CodePoints.WidthAt(text, 0);
        return text[..width].ToUpperInvariant() + Lower(text[width..]);
    }

    /// <summary>str.title: upper case after a non-letter, lower case after a letter.</summary>
    public static string Title(string text)
    {
        StringBuilder title = new(text.Length);
        bool inWord = false;
        foreach (char c in text)
        {
            title.Append(inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inWord = char.IsLetter(c);
        }

        return title.ToString();
    }

    private static bool Strips(string text, int index, string? characters) =>
        characters is null ? IsWhiteSpace(text[index]) : characters.Contains(text[index]);
}
