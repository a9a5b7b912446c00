using System.Globalization;
using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>
/// One conversion of <c>%</c> formatting or <c>str.format</c>: fill, sign, rounding and truncation. The grammar of the latter
/// is <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.
/// </summary>
internal sealed record FormatSpecification
{
    // Wide enough for any column, too small to exhaust memory or time.
    private const int MaxWidth = 1 << 20;
    private const int MaxPrecision = 1000;

    public char Fill { get; init; } = ' ';

    /// <summary>&lt;, &gt;, ^ or = (fill between sign and digits); NUL means the type's default.</summary>
    public char Align { get; init; }

    public char Sign { get; init; } = '-';

    public bool Alternate { get; init; }

    public char Grouping { get; init; }

    public int Width { get; init; }

    public int Precision { get; init; } = -1;

    public char Type { get; init; }

    public static FormatSpecification Parse(string text)
    {
        int i = 0;
        char fill = ' ';
        char align = '\0';
        if (text.Length > 1 && "<>^=".Contains(text[1], StringComparison.Ordinal))
        {
            (fill, align, i) = (text[0], text[1], 2);
        }
        else if (text.Length > 0 && "<>^=".Contains(text[0], StringComparison.Ordinal))
        {
            (align, i) = (text[0], 1);
        }

        char sign = Take("+- ", '-');
        bool alternate = Take("#", '\0') != '\0';
        if (Take("0", '\0') != '\0' && align == '\0')
        {
            (fill, align) = ('0', '=');
        }

        int width = ReadNumber(text, ref i, MaxWidth) ?? 0;
        char grouping = Take(",_", '\0');
        int precision = -1;
        if (Take(".", '\0') != '\0')
        {
            precision = ReadNumber(text, ref i, MaxPrecision) ?? throw new TemplateError("Format specifier missing precision");
        }

        char type = i < text.Length ? text[i++] : '\0';
        return i != text.Length
            ? throw new TemplateError($"Invalid format specifier '{text}'")
            : new FormatSpecification
            {
                Fill = fill,
                Align = align,
                Sign = sign,
                Alternate = alternate,
                Grouping = grouping,
                Width = width,
                Precision = precision,
                Type = type,
            };

        char Take(string candidates, char otherwise) =>
            i < text.Length && candidates.Contains(text[i], StringComparison.Ordinal) ? text[i++] : otherwise;
    }

    /// <summary>Reads the digits at an offset as a bounded number; null if there are none.</summary>
    public static int? ReadNumber(string text, ref int offset, int limit = MaxWidth)
    {
        int start = offset;
        long number = 0;
        while (offset < text.Length && char.IsAsciiDigit(text[offset]))
        {
            number = (number * 10) + (text[offset++] - '0');
            if (number > limit)
            {
                throw new TemplateError($"a width or precision in a format exceeds {limit}");
            }
        }

        return offset == start ? null : (int)number;
    }

    /// <summary>Formats a value like Python's <c>format(value, specification)</c>, where True is the number 1.</summary>
    public TracedText Format(RenderBudget budget, in TemplateValue value)
    {
        bool floatType = "eEfFgG%".Contains(Type, StringComparison.Ordinal) && Type != '\0';
        if (value.IsNumber)
        {
            string number = value.Kind == ValueKind.Float || floatType
                ? FormatFloat(budget, value.ToDouble())
                : FormatInteger(budget, value.AsBigInteger);
            return value.IsInput ? TracedText.Input(number) : number;
        }

        if (Type is not ('s' or '\0') || Align == '=')
        {
            throw new TemplateError($"Unknown format code '{(Type == '\0' ? Align : Type)}' for object of type '{value.TypeName}'");
        }

        return FormatText(budget, PythonRepr.Str(budget, value));
    }

    public TracedText FormatText(RenderBudget budget, TracedText text)
    {
        TracedText body = Precision >= 0 ? text[..CodePoints.OffsetOf(text.Text, Precision)] : text;
        int missing = Width - CodePoints.Length(body.Text);
        if (missing <= 0)
        {
            return body;
        }

        int before = Before(missing, '<');
        OutputBuffer padded = new(budget);
        padded.Repeat(Fill, before);
        padded.Append(body);
        padded.Repeat(Fill, missing - before);
        return padded.ToText();
    }

    public string FormatInteger(RenderBudget budget, BigInteger value)
    {
        BigInteger magnitude = BigInteger.Abs(value);
        (string prefix, string digits) = Type switch
        {
            '\0' or 'd' or 'n' or 'i' or 'u' => ("", magnitude.ToString(CultureInfo.InvariantCulture)),
            'x' => ("0x", Radix(magnitude, 4)),
            'X' => ("0X", Radix(magnitude, 4).ToUpperInvariant()),
            'o' => ("0o", Radix(magnitude, 3)),
            'b' => ("0b", Radix(magnitude, 1)),
            'c' => ("", value >= 0 && value <= 0x10FFFF && !(value >= 0xD800 && value <= 0xDFFF)
                ? char.ConvertFromUtf32((int)value)
                : throw new TemplateError("%c arg not in range(0x110000)")),
            _ => throw new TemplateError($"Unknown format code '{Type}' for object of type 'int'"),
        };
        return Pad(budget, SignOf(value.Sign < 0) + (Alternate ? prefix : ""), Group(digits));
    }

    public string FormatFloat(RenderBudget budget, double value)
    {
        double magnitude = Math.Abs(value);
        int precision = Precision < 0 ? 6 : Precision;
        budget.Step(1 + precision);
        string digits = !double.IsFinite(value) ? FloatText.Repr(magnitude) : Type switch
        {
            'f' or 'F' => FloatText.Fixed(magnitude, precision),
            'e' or 'E' => FloatText.Scientific(magnitude, precision),
            'g' or 'G' => FloatText.General(magnitude, precision, Alternate),
            '%' => FloatText.Fixed(magnitude * 100, precision) + "%",
            '\0' when Precision < 0 => FloatText.Repr(magnitude),
            '\0' => GeneralWithPoint(magnitude, precision),
            _ => throw new TemplateError($"Unknown format code '{Type}' for object of type 'float'"),
        };
        digits = char.IsAsciiLetterUpper(Type) ? digits.ToUpperInvariant() : digits;
        return Pad(budget, SignOf(double.IsNegative(value) && !double.IsNaN(value)), Group(digits));
    }

    private static string GeneralWithPoint(double value, int precision)
    {
        string text = FloatText.General(value, precision, keepZeros: false);
        return text.AsSpan().IndexOfAny('.', 'e') < 0 && text.Length < precision + 1 ? text + ".0" : text;
    }

    private static string Radix(BigInteger value, int bitsPerDigit)
    {
        if (value.IsZero)
        {
            return "0";
        }

        Span<char> digits = new char[(int)(value.GetBitLength() / bitsPerDigit) + 1];
        int at = digits.Length;
        for (int mask = (1 << bitsPerDigit) - 1; !value.IsZero; value >>= bitsPerDigit)
        {
            digits[--at] = "0123456789abcdef"[(int)(value & mask)];
        }

        return new string(digits[at..]);
    }

    private string SignOf(bool negative) => negative ? "-" : Sign == '-' ? "" : Sign.ToString();

    private string Group(string digits)
    {
        if (Grouping == '\0')
        {
            return digits;
        }

        int end = digits.AsSpan().IndexOfAnyExceptInRange('0', '9');
        end = end < 0 ? digits.Length : end;
        for (int i = end - 3; i > 0; i -= 3)
        {
            digits = digits.Insert(i, Grouping.ToString());
        }

        return digits;
    }

    private string Pad(RenderBudget budget, string sign, string body)
    {
        int missing = Width - sign.Length - CodePoints.Length(body);
        if (missing <= 0)
        {
            return sign + body;
        }

        budget.AllocateText(Width);
        int before = Before(missing, '>');
        string left = new(Fill, before);
        return Align == '=' ? sign + left + body : left + sign + body + new string(Fill, missing - before);
    }

    private int Before(int missing, char defaultAlign) => (Align == '\0' ? defaultAlign : Align) switch
    {
        '<' => 0,
        '^' => missing / 2,
        _ => missing,
    };
}
