using System.Text;

namespace LlamaNative.Grammars.Automata;

/// <summary>The characters matched by escapes and class escapes of ECMA-262 regular expressions.</summary>
internal static class RegexClasses
{
    /// <summary>The dot: any character except line terminators.</summary>
    public static CodePointSet Dot { get; } = CodePointSet.Of("\n\r\u2028\u2029").Complement();

    private static CodePointSet Digit { get; } = CodePointSet.Of('0', '9');

    private static CodePointSet Word { get; } = CodePointSet.Union(
        [Digit, CodePointSet.Of('a', 'z'), CodePointSet.Of('A', 'Z'), CodePointSet.Of("_")]);

    // WhiteSpace and LineTerminator of ECMA-262: category Zs and these.
    private static CodePointSet Space { get; } = CodePointSet.Union(
        [CodePointSet.Of(9, 13), CodePointSet.Of(0x2000, 0x200A), CodePointSet.Of(" \u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF")]);

    /// <summary>Parses the escape at the position and advances past it.</summary>
    public static CodePointSet ParseEscape(ReadOnlySpan<Rune> pattern, ref int position, bool insideClass)
    {
        if (position + 1 == pattern.Length)
        {
            throw new PatternException("the pattern ends with a backslash");
        }

        int escape = pattern[position + 1].Value;
        position += 2;
        switch (escape)
        {
            case 'd': return Digit;
            case 'D': return Digit.Complement();
            case 'w': return Word;
            case 'W': return Word.Complement();
            case 's': return Space;
            case 'S': return Space.Complement();
            case 't': return One('\t');
            case 'n': return One('\n');
            case 'v': return One('\v');
            case 'f': return One('\f');
            case 'r': return One('\r');
            case 'b' when insideClass: return One('\b');
            case '0' when position == pattern.Length || !Rune.IsDigit(pattern[position]): return One('\0');
            case 'x': return One(Hex(pattern, ref position, 2));
            case 'u': return One(Unicode(pattern, ref position));
            case 'c' when position < pattern.Length && pattern[position].IsAscii && char.IsAsciiLetter((char)pattern[position].Value):
                return One(pattern[position++].Value % 32);
        }

        return escape < 0x80 && char.IsAsciiLetterOrDigit((char)escape)
            ? throw new PatternException($"the escape \\{(char)escape} is not supported")
            : One(escape);
    }

    private static CodePointSet One(int codePoint)
    {
        var set = CodePointSet.Of(codePoint, codePoint);
        return set.IsEmpty ? throw new PatternException("a lone surrogate matches no JSON string") : set;
    }

    private static int Unicode(ReadOnlySpan<Rune> pattern, ref int position)
    {
        if (position < pattern.Length && pattern[position].Value == '{')
        {
            int start = ++position;
            while (position < pattern.Length && pattern[position].Value != '}')
            {
                position++;
            }

            int digits = position - start;
            int codePoint = position < pattern.Length && digits is >= 1 and <= 6 ? Hex(pattern, ref start, digits) : int.MaxValue;
            position++;
            return codePoint <= 0x10FFFF ? codePoint : throw new PatternException("\\u{…} exceeds the largest code point, 10FFFF");
        }

        int unit = Hex(pattern, ref position, 4);
        bool pairFollows = char.IsHighSurrogate((char)unit) && position + 1 < pattern.Length
            && pattern[position].Value == '\\' && pattern[position + 1].Value == 'u';
        if (!pairFollows)
        {
            return unit;
        }

        position += 2;
        int low = Hex(pattern, ref position, 4);
        return char.IsLowSurrogate((char)low) ? char.ConvertToUtf32((char)unit, (char)low) : unit;
    }

    private static int Hex(ReadOnlySpan<Rune> pattern, ref int position, int digits)
    {
        int value = 0;
        for (int end = position + digits; position < end; position++)
        {
            if (position >= pattern.Length || !pattern[position].IsAscii || !char.IsAsciiHexDigit((char)pattern[position].Value))
            {
                throw new PatternException($"an escape needs {digits} hexadecimal digits");
            }

            value = (value * 16) + Uri.FromHex((char)pattern[position].Value);
        }

        return value;
    }
}
