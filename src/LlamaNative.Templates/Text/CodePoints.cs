namespace LlamaNative.Templates;

/// <summary>
/// Python counts a string in code points, .NET in UTF-16 units. Most text has no surrogates, where both agree and
/// nothing is walked twice.
/// </summary>
internal static class CodePoints
{
    public static bool IsPlain(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;

    /// <summary>How many UTF-16 units the code point at an offset takes.</summary>
    public static int WidthAt(string text, int offset) =>
        char.IsHighSurrogate(text[offset]) && offset + 1 < text.Length && char.IsLowSurrogate(text[offset + 1]) ? 2 : 1;

    public static int Length(string text) => IsPlain(text) ? text.Length : CountTo(text, text.Length);

    /// <summary>The code points before a UTF-16 offset.</summary>
    public static int CountTo(string text, int offset)
    {
        int count = 0;
        for (int i = 0; i < offset; i += WidthAt(text, i))
        {
            count++;
        }

        return count;
    }

    /// <summary>The UTF-16 offset of a code point, or the text's length beyond its end.</summary>
    public static int OffsetOf(string text, int index)
    {
        if (IsPlain(text))
        {
            return Math.Min(index, text.Length);
        }

        int offset = 0;
        for (; index > 0 && offset < text.Length; index--)
        {
            offset += WidthAt(text, offset);
        }

        return offset;
    }

    /// <summary>Code point order, in which U+FFFF comes before U+10000; UTF-16 order differs there.</summary>
    public static int Compare(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        char a = left[common];
        char b = right[common];
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }
}
