using System.Globalization;
using System.Numerics;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Decimal numbers in a range, without exponents: the integer part digit by digit, and next to the bounds the fraction too.
/// </summary>
internal sealed class DecimalRules
{
    private readonly int _room;

    /// <param name="fractionDigits">Maximum number of digits after the decimal point.</param>
    private DecimalRules(int fractionDigits) => _room = fractionDigits;

    /// <summary>The numbers that satisfy the constraints, or null if there are none.</summary>
    public static string? Write(NumberShape shape)
    {
        DecimalRules rules = new(shape.FractionDigits ?? SchemaLimits.NumberDigits);
        List<string> alternatives = [];
        Bound zero = new(0, false);
        if (shape.Lower is not Bound { Value: >= 0 })
        {
            // Below zero the magnitudes are reversed; minus zero belongs to the other side.
            Bound near = shape.Upper is Bound { Value: < 0 } upper ? upper with { Value = -upper.Value } : zero with { Exclusive = true };
            Bound? far = shape.Lower is Bound lower ? lower with { Value = -lower.Value } : null;
            alternatives.AddRange(rules.Magnitudes(near, far).Select(magnitude => $"\"-\" {magnitude}"));
        }

        if (shape.Upper is not Bound { Value: < 0 })
        {
            alternatives.AddRange(rules.Magnitudes(shape.Lower is Bound { Value: >= 0 } lower ? lower : zero, shape.Upper));
        }

        return alternatives.Count == 0 ? null : IntegerRules.Group(alternatives);
    }

    private List<string> Magnitudes(Bound from, Bound? to)
    {
        (BigInteger low, string lowFraction) = Split(from.Value);
        (BigInteger high, string highFraction) = to is Bound bound
            ? Split(bound.Value)
            : (BigInteger.Pow(10, SchemaLimits.NumberDigits), "");
        Bound end = to ?? new Bound(0, Exclusive: true);

        List<string> alternatives = [];
        if (low == high)
        {
            Add(low, Between(lowFraction, from.Exclusive, highFraction, end.Exclusive, _room));
            return alternatives;
        }

        if (low < high)
        {
            Add(low, AtLeast(lowFraction, from.Exclusive, _room));
            List<string> between = IntegerRules.Magnitudes(low + 1, high - 1);
            if (between.Count > 0)
            {
                alternatives.Add($"{IntegerRules.Group(between)} {Any(_room).AfterPoint()}".TrimEnd());
            }

            Add(high, AtMost(highFraction, end.Exclusive, _room));
        }

        return alternatives;

        void Add(BigInteger whole, Fraction fraction)
        {
            if (fraction.Empty || fraction.Digits is not null)
            {
                alternatives.Add($"\"{whole}\" {fraction.AfterPoint()}".TrimEnd());
            }
        }
    }

    /// <summary>The integer part, and the fraction without trailing zeros.</summary>
    private static (BigInteger Whole, string Fraction) Split(decimal value)
    {
        string[] parts = value.ToString(CultureInfo.InvariantCulture).Split('.');
        return (BigInteger.Parse(parts[0], CultureInfo.InvariantCulture), parts.Length > 1 ? parts[1].TrimEnd('0') : "");
    }

    /// <summary>Fraction digits: an expression for one or more digits, or null, and whether there may be none.</summary>
    private readonly record struct Fraction(string? Digits, bool Empty)
    {
        public string AfterPoint() => Digits is null ? "" : Empty ? $"(\".\" {Digits})?" : $"\".\" {Digits}";

        public string? After(string digit) => (Digits, Empty) switch
        {
            (null, false) => null,
            (null, true) => digit,
            (_, true) => $"{digit} ({Digits})?",
            _ => $"{digit} {Digits}",
        };
    }

    private static Fraction Any(int room) => new(room == 0 ? null : IntegerRules.Digits(1, room), true);

    private static Fraction Zeros(int room) =>
        new(room == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"\"0\"{{1,{room}}}"), true);

    /// <summary>Fractions greater than (or equal to) the given digits; missing digits count as zeros.</summary>
    private static Fraction AtLeast(string bound, bool exclusive, int room)
    {
        if (bound.Length == 0 && !exclusive)
        {
            return Any(room);
        }

        if (room == 0)
        {
            return new Fraction(null, false);
        }

        if (bound.Length == 0)
        {
            return new Fraction(Group(AtLeast("", true, room - 1).After("\"0\""), Any(room - 1).After("[1-9]")), false);
        }

        string? above = bound[0] == '9' ? null : Any(room - 1).After(IntegerRules.Digit((char)(bound[0] + 1), '9'));
        return new Fraction(Group(AtLeast(bound[1..], exclusive, room - 1).After($"\"{bound[0]}\""), above), false);
    }

    /// <summary>Fractions less than (or equal to) the given digits.</summary>
    private static Fraction AtMost(string bound, bool exclusive, int room)
    {
        if (bound.Length == 0)
        {
            return exclusive ? new Fraction(null, false) : Zeros(room);
        }

        if (room == 0)
        {
            return new Fraction(null, true);
        }

        string? below = bound[0] == '0' ? null : Any(room - 1).After(IntegerRules.Digit('0', (char)(bound[0] - 1)));
        return new Fraction(Group(below, AtMost(bound[1..], exclusive, room - 1).After($"\"{bound[0]}\"")), true);
    }

    private static Fraction Between(string low, bool lowExclusive, string high, bool highExclusive, int room)
    {
        if (low.Length == 0 && !lowExclusive)
        {
            return AtMost(high, highExclusive, room);
        }

        if (room == 0 || high.Length == 0)
        {
            return new Fraction(null, false);
        }

        char first = low.Length == 0 ? '0' : low[0];
        char last = high[0];
        string lowRest = low.Length == 0 ? "" : low[1..];
        if (first > last)
        {
            return new Fraction(null, false);
        }

        if (first == last)
        {
            return new Fraction(Between(lowRest, lowExclusive, high[1..], highExclusive, room - 1).After($"\"{first}\""), false);
        }

        string? middle = first + 1 > last - 1 ? null : Any(room - 1).After(IntegerRules.Digit((char)(first + 1), (char)(last - 1)));
        return new Fraction(
            Group(AtLeast(lowRest, lowExclusive, room - 1).After($"\"{first}\""), middle,
                AtMost(high[1..], highExclusive, room - 1).After($"\"{last}\"")),
            false);
    }

    private static string? Group(params string?[] alternatives)
    {
        string[] some = [.. alternatives.OfType<string>()];
        return some.Length == 0 ? null : IntegerRules.Group(some);
    }
}
