namespace LlamaNative.Templates;

/// <summary>
/// Converts between Python's code point indices and .NET's UTF-16 indices. They agree for text without surrogates, which is the
/// common case and needs no counting.
/// </summary>
internal static class CodePoints
{
    public static bool IsPlain(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;

    /// <summary>Number of UTF-16 code units of the code point at an offset.</summary>
    public static int WidthAt(string text, int offset) =>
        char.IsHighSurrogate(text[offset]) && offset + 1 < text.Length && char.IsLowSurrogate(text[offset + 1]) ? 2 : 1;

    public static int Length(string text) => IsPlain(text) ? text.Length : CountTo(text, text.Length);

    /// <summary>Number of code points before a UTF-16 offset.</summary>
    public static int CountTo(string text, int offset)
    {
        int count = 0;
        for (int i = 0; i < offset; i += WidthAt(text, i))
        {
            count++;
        }

        return count;
    }

    /// <summary>The UTF-16 offset of a code point index, or the text's length beyond its end.</summary>
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

    /// <summary>Compares in code point order, where U+FFFF comes before U+10000; in UTF-16 order it does not.</summary>
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
