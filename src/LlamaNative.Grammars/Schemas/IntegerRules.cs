using System.Globalization;
using System.Numerics;

namespace LlamaNative.Grammars.Schemas;

/// <summary>Integers in a range, digit by digit, as alternatives of character classes.</summary>
internal static class IntegerRules
{
    /// <summary>
    /// The integers from lower to upper, or null if there are none. A null bound is limited only by the number of digits.
    /// </summary>
    public static string? Write(BigInteger? lower, BigInteger? upper)
    {
        int digits = Math.Max(SchemaLimits.IntegerDigits, Math.Max(DigitsOf(lower), DigitsOf(upper)) + 1);
        BigInteger limit = BigInteger.Pow(10, digits) - 1;
        BigInteger from = lower ?? -limit;
        BigInteger to = upper ?? limit;

        List<string> alternatives = [];
        if (from < 0 && from <= to)
        {
            alternatives.Add($"\"-\" {Group(Magnitudes(BigInteger.Max(1, -to), -from))}");
        }

        if (to >= 0 && from <= to)
        {
            alternatives.AddRange(Magnitudes(BigInteger.Max(0, from), to));
        }

        return alternatives.Count == 0 ? null : Group(alternatives);
    }

    /// <summary>Joins alternatives, in parentheses if there are several.</summary>
    public static string Group(IReadOnlyList<string> alternatives) =>
        alternatives.Count == 1 ? alternatives[0] : $"({string.Join(" | ", alternatives)})";

    public static string Digit(char from, char to) => from == to ? $"\"{from}\"" : $"[{from}-{to}]";

    /// <summary>From minimum to maximum arbitrary digits; empty text for zero digits.</summary>
    public static string Digits(int minimum, int maximum) => (minimum, maximum) switch
    {
        (_, 0) => "",
        (1, 1) => "[0-9]",
        _ when minimum == maximum => string.Create(CultureInfo.InvariantCulture, $"[0-9]{{{minimum}}}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"[0-9]{{{minimum},{maximum}}}"),
    };

    /// <summary>Unsigned numbers by ascending length; lengths that are allowed entirely share an alternative.</summary>
    public static List<string> Magnitudes(BigInteger from, BigInteger to)
    {
        List<string> alternatives = [];
        while (from <= to)
        {
            string low = Text(from);
            bool whole = from > 0 && from == BigInteger.Pow(10, low.Length - 1);
            int lengths = whole ? WholeLengths(low.Length, to) : 0;
            if (lengths > 0)
            {
                alternatives.Add($"[1-9] {Digits(low.Length - 1, low.Length + lengths - 2)}".TrimEnd());
                from = BigInteger.Pow(10, low.Length + lengths - 1);
            }
            else
            {
                var end = BigInteger.Min(to, BigInteger.Pow(10, low.Length) - 1);
                alternatives.Add(SameLength(low, Text(end)));
                from = end + 1;
            }
        }

        return alternatives;
    }

    private static int WholeLengths(int length, BigInteger to)
    {
        int lengths = 0;
        while (BigInteger.Pow(10, length + lengths) - 1 <= to)
        {
            lengths++;
        }

        return lengths;
    }

    /// <summary>The numbers between two of the same length, including leading zeros.</summary>
    private static string SameLength(string from, string to)
    {
        int shared = 0;
        while (shared < from.Length && from[shared] == to[shared])
        {
            shared++;
        }

        string prefix = shared == 0 ? "" : $"\"{from[..shared]}\" ";
        if (shared == from.Length)
        {
            return prefix.TrimEnd();
        }

        (char first, char last) = (from[shared], to[shared]);
        (string low, string high) = (from[(shared + 1)..], to[(shared + 1)..]);
        List<string> alternatives = [];
        if (low.Trim('0').Length > 0)
        {
            alternatives.Add($"{Digit(first, first)} {SameLength(low, new string('9', low.Length))}");
            first++;
        }

        bool partial = high.Trim('9').Length > 0;
        char lastWhole = partial ? (char)(last - 1) : last;
        if (first <= lastWhole)
        {
            alternatives.Add($"{Digit(first, lastWhole)} {Digits(low.Length, low.Length)}".TrimEnd());
        }

        if (partial)
        {
            alternatives.Add($"{Digit(last, last)} {SameLength(new string('0', high.Length), high)}");
        }

        return prefix + Group(alternatives);
    }

    private static int DigitsOf(BigInteger? value) => value is BigInteger number ? Text(BigInteger.Abs(number)).Length : 0;

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
}
