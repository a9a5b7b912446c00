using System.Globalization;
using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>Python's <c>'%s: %05.2f' % (name, value)</c>.</summary>
internal static class PercentFormat
{
    public static TracedText Apply(RenderBudget budget, TracedText pattern, in TemplateValue arguments)
    {
        string format = pattern.Text;
        OutputBuffer output = new(budget);
        bool isTuple = arguments.IsSequence && arguments.AsSequence.IsTuple;
        List<TemplateValue> positional = isTuple ? arguments.AsSequence.Items : [arguments];
        int next = 0;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                output.Append(format[i], pattern.IsInputAt(i));
                continue;
            }

            i++;
            if (i < format.Length && format[i] == '%')
            {
                output.Append('%', pattern.IsInputAt(i));
                continue;
            }

            TemplateValue? named = ReadName(budget, format, ref i, arguments);
            FormatSpecification specification = ReadSpecification(format, ref i, () => Width(Next()));
            output.Append(Convert(budget, specification, named ?? Next()));
        }

        // A mapping may have more entries than the format uses; other arguments must all be used.
        if (next < positional.Count && !arguments.IsDictionary)
        {
            throw new TemplateError("not all arguments converted during string formatting");
        }

        return output.ToText();

        TemplateValue Next() => next < positional.Count
            ? positional[next++]
            : throw new TemplateError("not enough arguments for format string");
    }

    private static TemplateValue? ReadName(RenderBudget budget, string format, ref int i, in TemplateValue arguments)
    {
        if (i >= format.Length || format[i] != '(')
        {
            return null;
        }

        int end = format.IndexOf(')', i);
        if (end < 0)
        {
            throw new TemplateError("incomplete format key");
        }

        string name = format[(i + 1)..end];
        i = end + 1;
        return !arguments.IsDictionary ? throw new TemplateError("format requires a mapping")
            : arguments.AsDictionary.TryGet(name, out TemplateValue value) ? value
            : throw new TemplateError($"no key {PythonRepr.Of(budget, name)} to format");
    }

    private static FormatSpecification ReadSpecification(string format, ref int i, Func<int> star)
    {
        bool left = false;
        bool zero = false;
        bool alternate = false;
        char sign = '-';
        for (; i < format.Length && "-+ #0".Contains(format[i], StringComparison.Ordinal); i++)
        {
            left |= format[i] == '-';
            zero |= format[i] == '0';
            alternate |= format[i] == '#';
            sign = format[i] == '+' || (format[i] == ' ' && sign == '-') ? format[i] : sign;
        }

        int width = ReadNumberOrStar(format, ref i, star) ?? 0;
        int precision = -1;
        if (i < format.Length && format[i] == '.')
        {
            i++;
            precision = ReadNumberOrStar(format, ref i, star) ?? 0;
        }

        while (i < format.Length && format[i] is 'h' or 'l' or 'L')
        {
            i++;
        }

        if (i >= format.Length)
        {
            throw new TemplateError("incomplete format");
        }

        return new FormatSpecification
        {
            Fill = zero && !left ? '0' : ' ',
            Align = left || width < 0 ? '<' : zero ? '=' : '>',
            Sign = sign,
            Alternate = alternate,
            Width = Math.Abs(width),
            Precision = precision,
            Type = format[i],
        };
    }

    private static TracedText Convert(RenderBudget budget, FormatSpecification specification, in TemplateValue value)
    {
        switch (specification.Type)
        {
            case 's' or 'r' or 'a':
                TracedText text = specification.Type == 's' ? PythonRepr.Str(budget, value) : PythonRepr.Of(budget, value);
                return (specification with { Fill = ' ', Align = specification.Align == '=' ? '>' : specification.Align })
                    .FormatText(budget, text);
            case 'c' when value.IsString:
                return specification.FormatText(budget, value.AsText);
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o' or 'c':
                if (!value.IsNumber
                    || (value.Kind == ValueKind.Float
                        && (specification.Type is not ('d' or 'i' or 'u') || !double.IsFinite(value.AsFloat))))
                {
                    throw new TemplateError($"%{specification.Type} format: a real number is required, not {value.TypeName}");
                }

                BigInteger number = value.Kind == ValueKind.Float ? new BigInteger(value.AsFloat) : value.AsBigInteger;
                if (specification.Precision < 0)
                {
                    return FromNumber(value, specification.FormatInteger(budget, number));
                }

                // For integers the precision is the minimum number of digits.
                string digits = BigInteger.Abs(number).ToString(CultureInfo.InvariantCulture).PadLeft(specification.Precision, '0');
                TracedText written = FromNumber(value, number.Sign < 0 ? "-" + digits : digits);
                return (specification with { Precision = -1 }).FormatText(budget, written);
            case 'f' or 'F' or 'e' or 'E' or 'g' or 'G':
                return value.IsNumber
                    ? FromNumber(value, specification.FormatFloat(budget, value.ToDouble()))
                    : throw new TemplateError($"must be real number, not {value.TypeName}");
            default:
                throw new TemplateError($"unsupported format character '{specification.Type}'");
        }
    }

    private static TracedText FromNumber(in TemplateValue number, string text) => number.IsInput ? TracedText.Input(text) : text;

    private static int? ReadNumberOrStar(string format, ref int i, Func<int> star)
    {
        if (i < format.Length && format[i] == '*')
        {
            i++;
            return star();
        }

        return FormatSpecification.ReadNumber(format, ref i, 1000);
    }

    private static int Width(in TemplateValue value) =>
        value.Kind == ValueKind.Integer && Math.Abs(value.AsInteger) <= 1000
            ? (int)value.AsInteger
            : throw new TemplateError("* wants int");
}
