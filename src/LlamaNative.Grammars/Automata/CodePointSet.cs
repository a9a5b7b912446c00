using System.Globalization;
using System.Text;

namespace LlamaNative.Grammars.Automata;

/// <summary>A set of Unicode scalar values, stored as sorted, disjoint, inclusive ranges. Never includes surrogates.</summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    private readonly (int Low, int High)[] _ranges;

    private CodePointSet((int, int)[] ranges) => _ranges = ranges;

    public static CodePointSet All { get; } = new([(0, 0xD7FF), (0xE000, 0x10FFFF)]);

    public IReadOnlyList<(int Low, int High)> Ranges => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>The only member, or null if the set is empty or has several.</summary>
    public int? Single => _ranges.Length == 1 && _ranges[0].Low == _ranges[0].High ? _ranges[0].Low : null;

    public static CodePointSet Of(int low, int high) => new CodePointSet([(low, high)]).Intersect(All);

    public static CodePointSet Of(string characters) => Union(characters.EnumerateRunes().Select(rune => Of(rune.Value, rune.Value)));

    public static CodePointSet Union(IEnumerable<CodePointSet> sets)
    {
        List<(int Low, int High)> merged = [];
        foreach ((int low, int high) in sets.SelectMany(set => set._ranges).Order())
        {
            if (merged.Count > 0 && low <= merged[^1].High + 1)
            {
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, high));
            }
            else
            {
                merged.Add((low, high));
            }
        }

        return new CodePointSet([.. merged]);
    }

    public CodePointSet Intersect(CodePointSet other)
    {
        List<(int, int)> shared = [];
        for (int i = 0, j = 0; i < _ranges.Length && j < other._ranges.Length;)
        {
            int low = Math.Max(_ranges[i].Low, other._ranges[j].Low);
            int high = Math.Min(_ranges[i].High, other._ranges[j].High);
            if (low <= high)
            {
                shared.Add((low, high));
            }

            _ = _ranges[i].High < other._ranges[j].High ? i++ : j++;
        }

        return new CodePointSet([.. shared]);
    }

    public CodePointSet Complement()
    {
        List<(int, int)> gaps = [];
        int next = 0;
        foreach ((int low, int high) in _ranges)
        {
            if (low > next)
            {
                gaps.Add((next, low - 1));
            }

            next = high + 1;
        }

        if (next <= 0x10FFFF)
        {
            gaps.Add((next, 0x10FFFF));
        }

        return new CodePointSet([.. gaps]).Intersect(All);
    }

    public bool Contains(int codePoint)
    {
        int low = 0;
        int high = _ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (codePoint < _ranges[middle].Low)
            {
                high = middle - 1;
            }
            else if (codePoint > _ranges[middle].High)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The set as a GBNF character class. Always a positive class: where a token ends inside a character, llama.cpp rejects a
    /// negated class as soon as the character might be an excluded one.
    /// </summary>
    public string ToGbnf()
    {
        StringBuilder text = new("[");
        foreach ((int low, int high) in _ranges)
        {
            text.Append(Escape(low));
            if (high > low)
            {
                text.Append(high > low + 1 ? "-" : "").Append(Escape(high));
            }
        }

        return text.Append(']').ToString();
    }

    private static string Escape(int codePoint) => codePoint switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\\' or '[' or ']' or '-' => "\\" + (char)codePoint,
        '^' => "\\x5E",
        >= 0x20 and < 0x7F => ((char)codePoint).ToString(),
        <= 0xFF => string.Create(CultureInfo.InvariantCulture, $"\\x{codePoint:X2}"),
        <= 0xFFFF => string.Create(CultureInfo.InvariantCulture, $"\\u{codePoint:X4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\U{codePoint:X8}"),
    };

    public bool Equals(CodePointSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    public override int GetHashCode() => _ranges.Aggregate(17, HashCode.Combine);
}
