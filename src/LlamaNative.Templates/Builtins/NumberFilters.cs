using System.Globalization;
using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>Filters that return numbers.</summary>
internal static class NumberFilters
{
    // Python rejects longer digit strings, because converting them takes quadratic time.
    private const int MaxDigits = 4300;

    public static IEnumerable<Builtin> All { get; } =
    [
        new("abs", 0, [], static (_, in self, _) =>
            !self.IsNumber ? throw new TemplateError($"bad operand type for abs(): '{self.TypeName}'")
            : self.Kind == ValueKind.Float ? Math.Abs(self.AsFloat)
            : BigInteger.Abs(self.AsBigInteger)),
        new("int", 0, ["default", "base"], static (_, in self, args) =>
            ToInteger(self, args[0].IsMissing ? 0 : args[0], Argument.Integer(args[1], 10))),
        new("float", 0, ["default"], static (_, in self, args) => ToFloat(self, args[0].IsMissing ? 0.0 : args[0])),
        new("round", 0, ["precision", "method"], static (_, in self, args) =>
            Round(self, Argument.Integer(args[0], 0), Argument.Text(args[1], "common").Text)),
    ];

    private static TemplateValue ToInteger(in TemplateValue value, in TemplateValue otherwise, long radix)
    {
        switch (value.Kind)
        {
            case ValueKind.Undefined:
                throw ValueError.Undefined(value);
            case ValueKind.Boolean or ValueKind.Integer or ValueKind.BigInteger:
                return value.AsBigInteger;
            case ValueKind.Float:
                return Truncate(value.AsFloat)
                    ?? (double.IsNaN(value.AsFloat) ? otherwise : throw new TemplateError("cannot convert float infinity to integer"));
            case ValueKind.String:
                if (ParseInteger(value.AsString, radix) is { } parsed)
                {
                    return parsed;
                }

                // "42.23" becomes 42.
                return ParseFloat(value.AsString) is { } number ? Truncate(number) ?? otherwise : otherwise;
            default:
                return otherwise;
        }
    }

    private static TemplateValue ToFloat(in TemplateValue value, in TemplateValue otherwise) =>
        value.IsUndefined ? throw ValueError.Undefined(value)
        : value.IsNumber ? value.ToDouble()
        : value.IsString && ParseFloat(value.AsString) is { } number ? number
        : otherwise;

    private static TemplateValue? Truncate(double value) => double.IsFinite(value) ? new BigInteger(value) : default(TemplateValue?);

    /// <summary>
    /// Python's int(text, base): surrounding whitespace, a sign, a prefix that matches the base, and single underscores between
    /// digits are allowed.
    /// </summary>
    private static BigInteger? ParseInteger(string text, long radix)
    {
        string digits = PythonText.Strip(text, null).Text;
        bool negative = digits.StartsWith('-');
        digits = negative || digits.StartsWith('+') ? digits[1..] : digits;
        if (digits.Length > 1 && digits[0] == '0')
        {
            long prefixed = char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
            if (prefixed != 0 && (radix == prefixed || radix == 0))
            {
                radix = prefixed;
                digits = digits[2..].TrimStart('_');
            }
        }

        radix = radix == 0 ? 10 : radix;
        digits = WithoutUnderscores(digits) ?? "";
        if (digits.Length is 0 or > MaxDigits || radix is < 2 or > 36)
        {
            return null;
        }

        BigInteger number = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : int.MaxValue;
            if (digit >= radix)
            {
                return null;
            }

            number = (number * radix) + digit;
        }

        return negative ? -number : number;
    }

    private static double? ParseFloat(string text)
    {
        string digits = WithoutUnderscores(PythonText.Strip(text, null).Text)?.ToLowerInvariant() ?? "";
        if (digits.Length > 0 && digits.All(static c => char.IsAsciiDigit(c) || c is '+' or '-' or '.' or 'e'))
        {
            const NumberStyles Python = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            return double.TryParse(digits, Python, CultureInfo.InvariantCulture, out double number) ? number : null;
        }

        return digits.TrimStart('+', '-') switch
        {
            "inf" or "infinity" when digits[0] == '-' => double.NegativeInfinity,
            "inf" or "infinity" => double.PositiveInfinity,
            "nan" => double.NaN,
            _ => null,
        };
    }

    private static string? WithoutUnderscores(string digits) =>
        !digits.Contains('_', StringComparison.Ordinal) ? digits
        : digits.StartsWith('_') || digits.EndsWith('_') || digits.Contains("__", StringComparison.Ordinal) ? null
        : digits.Replace("_", "", StringComparison.Ordinal);

    private static TemplateValue Round(in TemplateValue value, long precision, string method)
    {
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw new TemplateError("method must be common, ceil or floor");
        }

        double number = Argument.Number(value);
        int digits = (int)Math.Clamp(precision, -400, 400);
        if (method == "common")
        {
            return value.Kind == ValueKind.Float ? FloatText.Round(number, digits)
                : digits >= 0 ? value.AsBigInteger
                : RoundToTens(value.AsBigInteger, BigInteger.Pow(10, -digits));
        }

        double unit = Math.Pow(10, digits);
        double whole = method == "ceil" ? Math.Ceiling(number * unit) : Math.Floor(number * unit);
        return (whole + 0.0) / unit; // Python's ceil and floor return integers, which have no negative zero
    }

    /// <summary>Rounds an integer to the nearest multiple of a unit, ties to even.</summary>
    private static BigInteger RoundToTens(BigInteger value, BigInteger unit)
    {
        BigInteger tens = BigInteger.DivRem(BigInteger.Abs(value), unit, out BigInteger rest);
        int half = (2 * rest).CompareTo(unit);
        tens += half > 0 || (half == 0 && !tens.IsEven) ? 1 : 0;
        return tens * unit * value.Sign;
    }
}
