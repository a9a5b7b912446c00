namespace LlamaNative.Templates;

/// <summary>Python's text splitting.</summary>
internal static class TextSplitting
{
    /// <summary>
    /// str.split without a separator: splits at runs of whitespace; the rest after the last split is kept unchanged.
    /// </summary>
    public static List<TracedText> SplitWords(TracedText text, long maxSplits)
    {
        List<TracedText> words = [];
        int i = 0;
        while (true)
        {
            while (i < text.Length && PythonText.IsWhiteSpace(text[i]))
            {
                i++;
            }

            if (i == text.Length)
            {
                return words;
            }

            if (maxSplits >= 0 && words.Count == maxSplits)
            {
                words.Add(text[i..]);
                return words;
            }

            int start = i;
            while (i < text.Length && !PythonText.IsWhiteSpace(text[i]))
            {
                i++;
            }

            words.Add(text[start..i]);
        }
    }

    /// <summary>str.rsplit without a separator.</summary>
    public static List<TracedText> SplitWordsFromEnd(TracedText text, long maxSplits)
    {
        List<TracedText> words = [];
        int i = text.Length;
        while (true)
        {
            i = PythonText.TrimmedEnd(text.Text.AsSpan(0, i));
            if (i == 0)
            {
                break;
            }

            int end = i;
            if (maxSplits >= 0 && words.Count == maxSplits)
            {
                words.Add(text[..end]);
                break;
            }

            while (i > 0 && !PythonText.IsWhiteSpace(text[i - 1]))
            {
                i--;
            }

            words.Add(text[i..end]);
        }

        words.Reverse();
        return words;
    }

    public static List<TracedText> Split(TracedText text, string separator, long maxSplits)
    {
        List<TracedText> parts = [];
        int start = 0;
        while (maxSplits < 0 || parts.Count < maxSplits)
        {
            int at = text.Text.IndexOf(separator, start, StringComparison.Ordinal);
            if (at < 0)
            {
                break;
            }

            parts.Add(text[start..at]);
            start = at + separator.Length;
        }

        parts.Add(text[start..]);
        return parts;
    }

    public static List<TracedText> SplitFromEnd(TracedText text, string separator, long maxSplits)
    {
        List<TracedText> parts = [];
        int end = text.Length;
        while (maxSplits < 0 || parts.Count < maxSplits)
        {
            int at = text.Text.AsSpan(0, end).LastIndexOf(separator);
            if (at < 0)
            {
                break;
            }

            parts.Add(text[(at + separator.Length)..end]);
            end = at;
        }

        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    /// <summary>str.splitlines with all of Python's line boundaries.</summary>
    public static List<TracedText> SplitLines(TracedText text, bool keepEnds = false)
    {
        List<TracedText> lines = [];
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is (>= '\n' and <= '\r') or (>= '\x1C' and <= '\x1E') or '\x85' or '\u2028' or '\u2029')
            {
                int end = i;
                if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                {
                    i++;
                }

                lines.Add(text[start..(keepEnds ? i + 1 : end)]);
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            lines.Add(text[start..]);
        }

        return lines;
    }
}
