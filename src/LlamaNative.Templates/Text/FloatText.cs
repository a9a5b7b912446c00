using System.Globalization;
using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>Python's float formatting: <c>repr</c>, and fixed and scientific notation with exact rounding.</summary>
internal static class FloatText
{
    /// <summary>The shortest text that parses to the same number; scientific from 1e16 and below 1e-4.</summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // "E16" is not the shortest; "R" is, but in .NET's notation, so only its digits are used.
        string sign = double.IsNegative(value) ? "-" : "";
        (string digits, int exponent) = ShortestDigits(Math.Abs(value));
        if (exponent is < -4 or >= 16)
        {
            string mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return sign + mantissa + ExponentText(exponent);
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        string whole = digits.PadRight(exponent + 1, '0');
        string fraction = whole.Length == exponent + 1 ? "0" : whole[(exponent + 1)..];
        return $"{sign}{whole[..(exponent + 1)]}.{fraction}";
    }

    /// <summary>Fixed notation (C's %.*f), rounded from the exact binary value, ties to even.</summary>
    public static string Fixed(double value, int decimals)
    {
        (BigInteger scaled, bool negative) = ScaleAndRound(value, decimals);
        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        string text = decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}";
        return negative ? "-" + text : text;
    }

    /// <summary>Scientific notation (C's %.*e).</summary>
    public static string Scientific(double value, int decimals)
    {
        string text = value.ToString("e" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int mark = text.IndexOf('e', StringComparison.Ordinal);
        return text[..mark] + ExponentText(int.Parse(text[(mark + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>C's %.*g: the given number of significant digits, scientific for small and large exponents.</summary>
    public static string General(double value, int precision, bool keepZeros)
    {
        precision = Math.Max(precision, 1);
        string scientific = Scientific(value, precision - 1);
        int mark = scientific.IndexOf('e', StringComparison.Ordinal);
        int exponent = int.Parse(scientific[(mark + 1)..], CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= precision)
        {
            return (keepZeros ? scientific[..mark] : TrimZeros(scientific[..mark])) + scientific[mark..];
        }

        string plain = Fixed(value, precision - 1 - exponent);
        return keepZeros ? plain : TrimZeros(plain);
    }

    /// <summary>Python's round(value, digits).</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || digits > 323)
        {
            return value;
        }

        if (digits < -308)
        {
            return 0 * value;
        }

        if (digits >= 0)
        {
            return double.Parse(Fixed(value, digits), CultureInfo.InvariantCulture);
        }

        BigInteger unit = BigInteger.Pow(10, -digits);
        BigInteger number = new(Math.Truncate(value));
        BigInteger whole = BigInteger.DivRem(BigInteger.Abs(number), unit, out BigInteger rest);
        bool up = rest * 2 > unit || (rest * 2 == unit && (!whole.IsEven || Math.Truncate(value) != value));
        return (double)((whole + (up ? 1 : 0)) * unit) * Math.Sign(value);
    }

    private static (string Digits, int Exponent) ShortestDigits(double value)
    {
        if (value == 0)
        {
            return ("0", 0);
        }

        string text = value.ToString("R", CultureInfo.InvariantCulture);
        int mark = text.IndexOf('E', StringComparison.Ordinal);
        int power = mark < 0 ? 0 : int.Parse(text[(mark + 1)..], CultureInfo.InvariantCulture);
        string mantissa = mark < 0 ? text : text[..mark];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        int integerDigits = point < 0 ? mantissa.Length : point;
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        string significant = digits.TrimStart('0');
        int exponent = power + integerDigits - 1 - (digits.Length - significant.Length);
        return (significant.TrimEnd('0'), exponent);
    }

    private static (BigInteger Scaled, bool Negative) ScaleAndRound(double value, int decimals)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int biased = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (biased == 0 ? 0 : 1L << 52);
        int exponent = Math.Max(biased, 1) - 1075;
        BigInteger numerator = mantissa * BigInteger.Pow(10, decimals);
        if (exponent >= 0)
        {
            return (numerator << exponent, value < 0 || double.IsNegative(value));
        }

        BigInteger denominator = BigInteger.One << -exponent;
        BigInteger scaled = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        int half = (rest * 2).CompareTo(denominator);
        return (half > 0 || (half == 0 && !scaled.IsEven) ? scaled + 1 : scaled, double.IsNegative(value));
    }

    private static string ExponentText(int exponent) =>
        $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";

    private static string TrimZeros(string text) =>
        text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
}
