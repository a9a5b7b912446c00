using System.Globalization;
using System.Text;
using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// GBNF for the representations of characters in JSON strings: literal, short escape, or \u escape, with surrogate pairs beyond
/// U+FFFF. Lone surrogates are excluded.
/// </summary>
internal static class JsonStringRules
{
    // JSON requires escaping control characters, quote and backslash; DEL is omitted as in llama.cpp.
    private static readonly CodePointSet s_plain = CodePointSet.Union(
        [CodePointSet.Of(0, 0x1F), CodePointSet.Of("\"\\\u007F")]).Complement();

    // ASCII characters that JSON writers never escape have only the literal form; System.Text.Json escapes the others for HTML.
    private static readonly CodePointSet s_escaped = CodePointSet.Union(
        [s_plain.Complement(), CodePointSet.Of("&'+<>`"), CodePointSet.Of(0x80, 0x10FFFF)]);

    private static readonly (int CodePoint, char Escape)[] s_short =
        [('"', '"'), ('\\', '\\'), ('\b', 'b'), ('\f', 'f'), ('\n', 'n'), ('\r', 'r'), ('\t', 't')];

    /// <summary>Any character in any representation.</summary>
    public static string AnyCharacter { get; } = Spellings(CodePointSet.All, CodePointSet.All);

    /// <summary>One character of the set, as one item of a sequence.</summary>
    public static string Character(CodePointSet set, RuleTable rules)
    {
        if (!set.Intersect(s_escaped).IsEmpty)
        {
            return rules.Rule("characters " + set.ToGbnf(), "character", () => Spellings(set, s_escaped));
        }

        return set.Single is int single ? Text(char.ConvertFromUtf32(single)) : set.ToGbnf();
    }

    /// <summary>A JSON string with exactly this text, including quotes.</summary>
    public static string Literal(string text, RuleTable rules)
    {
        StringBuilder sequence = new();
        StringBuilder run = new("\"");
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!s_escaped.Contains(rune.Value))
            {
                run.Append(rune.ToString());
                continue;
            }

            if (run.Length > 0)
            {
                sequence.Append(Text(run.ToString())).Append(' ');
                run.Clear();
            }

            sequence.Append(Character(CodePointSet.Of(rune.Value, rune.Value), rules)).Append(' ');
        }

        return sequence.Append(Text(run.Append('"').ToString())).ToString();
    }

    /// <summary>Text as a GBNF literal.</summary>
    public static string Text(string text)
    {
        StringBuilder literal = new("\"");
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' or '\\' => literal.Append('\\').Append(c),
                '\n' => literal.Append("\\n"),
                '\r' => literal.Append("\\r"),
                '\t' => literal.Append("\\t"),
                < ' ' => literal.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}"),
                _ => literal.Append(c),
            };
        }

        return literal.Append('"').ToString();
    }

    private static string Spellings(CodePointSet set, CodePointSet escaped)
    {
        List<string> spellings = [];
        CodePointSet plain = set.Intersect(s_plain);
        if (!plain.IsEmpty)
        {
            spellings.Add(plain.ToGbnf());
        }

        List<string> escapes = [];
        string letters = string.Concat(s_short.Where(pair => set.Contains(pair.CodePoint)).Select(pair => pair.Escape));
        if (letters.Length > 0)
        {
            escapes.Add(CodePointSet.Of(letters).ToGbnf());
        }

        CodePointSet byCode = set.Intersect(escaped);
        (int, int)[] units = [.. byCode.Intersect(CodePointSet.Of(0, 0xFFFF)).Ranges];
        if (units.Length > 0)
        {
            escapes.Add("\"u\" " + Hex(units, 4));
        }

        escapes.AddRange(byCode.Intersect(CodePointSet.Of(0x10000, 0x10FFFF)).Ranges.SelectMany(range => Pairs(range.Low, range.High)));
        if (escapes.Count > 0)
        {
            spellings.Add($"\"\\\\\" ({string.Join(" | ", escapes)})");
        }

        return string.Join(" | ", spellings);
    }

    /// <summary>Surrogate pairs of a range beyond U+FFFF: whole rows of 1024 in the middle, partial rows at the ends.</summary>
    private static IEnumerable<string> Pairs(int low, int high)
    {
        (low, high) = (low - 0x10000, high - 0x10000);
        while (low <= high)
        {
            int row = low >> 10;
            int lastRow = (low & 0x3FF) == 0 && low + 0x3FF <= high ? ((high + 1) >> 10) - 1 : row;
            int end = Math.Min(high, (lastRow << 10) + 0x3FF);
            string first = Hex([(0xD800 + row, 0xD800 + lastRow)], 4);
            string second = Hex([(0xDC00 + (low & 0x3FF), 0xDC00 + (lastRow > row ? 0x3FF : end & 0x3FF))], 4);
            yield return $"\"u\" {first} \"\\\\u\" {second}";
            low = end + 1;
        }
    }

    /// <summary>The numbers in the ranges with the given count of hexadecimal digits, in either case.</summary>
    private static string Hex(IReadOnlyList<(int Low, int High)> ranges, int digits)
    {
        int full = (1 << (4 * digits)) - 1;
        if (digits == 0)
        {
            return "";
        }

        if (ranges is [(0, int last)] && last == full)
        {
            return digits == 1 ? "[0-9a-fA-F]" : string.Create(CultureInfo.InvariantCulture, $"[0-9a-fA-F]{{{digits}}}");
        }

        // First digits with the same continuations share an alternative.
        int block = 1 << (4 * (digits - 1));
        Dictionary<string, List<CodePointSet>> byRest = [];
        for (int digit = 0; digit < 16; digit++)
        {
            (int, int)[] rest = [.. ranges
                .Select(range => (Math.Max(range.Low - (digit * block), 0), Math.Min(range.High - (digit * block), block - 1)))
                .Where(range => range.Item1 <= range.Item2)];
            if (rest.Length > 0)
            {
                string key = Hex(rest, digits - 1);
                byRest.TryAdd(key, []);
                byRest[key].Add(
                    CodePointSet.Of(digit.ToString("x", CultureInfo.InvariantCulture) + digit.ToString("X", CultureInfo.InvariantCulture)));
            }
        }

        string[] alternatives = [.. byRest.Select(pair => (CodePointSet.Union(pair.Value).ToGbnf() + " " + pair.Key).TrimEnd())];
        return alternatives.Length == 1 ? alternatives[0] : $"({string.Join(" | ", alternatives)})";
    }
}
