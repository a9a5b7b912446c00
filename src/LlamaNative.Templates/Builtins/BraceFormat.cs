using System.Globalization;

namespace LlamaNative.Templates;

/// <summary>Python's <c>'{0} is {age:>3}'.format(name, age=7)</c>.</summary>
internal static class BraceFormat
{
    // Python allows replacement fields inside a format specification, but not nested in those.
    private const int MaxNesting = 2;

    public static TracedText Apply(RenderState state, TracedText format, in CallArguments arguments)
    {
        int automatic = 0;
        return Expand(state, format, arguments, ref automatic, MaxNesting);
    }

    private static TracedText Expand(RenderState state, TracedText format, in CallArguments arguments, ref int automatic, int nesting)
    {
        if (nesting == 0)
        {
            throw new TemplateError("Max string recursion exceeded");
        }

        OutputBuffer output = new(state.Budget);
        for (int i = 0; i < format.Length; i++)
        {
            char c = format[i];
            if (c is not ('{' or '}'))
            {
                output.Append(c, format.IsInputAt(i));
            }
            else if (i + 1 < format.Length && format[i + 1] == c)
            {
                output.Append(c, format.IsInputAt(i));
                i++;
            }
            else if (c == '}')
            {
                throw new TemplateError("Single '}' encountered in format string");
            }
            else
            {
                int end = EndOfField(format.Text, i);
                output.Append(Field(state, format[(i + 1)..end], arguments, ref automatic, nesting));
                i = end;
            }
        }

        return output.ToText();
    }

    private static int EndOfField(string format, int start)
    {
        int depth = 0;
        for (int i = start; i < format.Length; i++)
        {
            depth += format[i] == '{' ? 1 : format[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw new TemplateError(start + 1 < format.Length
            ? "expected '}' before end of string"
            : "Single '{' encountered in format string");
    }

    private static TracedText Field(RenderState state, TracedText traced, in CallArguments arguments, ref int automatic, int nesting)
    {
        string field = traced.Text;

        // A subscript may contain '!' and ':', so search for these only after it.
        int nameEnd = field.AsSpan().IndexOfAny("!:[");
        while (nameEnd >= 0 && field[nameEnd] == '[')
        {
            int close = field.IndexOf(']', nameEnd);
            int more = close < 0 ? -1 : field.AsSpan(close).IndexOfAny("!:[");
            nameEnd = more < 0 ? -1 : close + more;
        }

        string name = nameEnd < 0 ? field : field[..nameEnd];
        string rest = nameEnd < 0 ? "" : field[nameEnd..];
        TemplateValue value = Resolve(state, name, arguments, ref automatic);
        if (rest.StartsWith('!'))
        {
            value = rest.Length < 2 ? throw new TemplateError("unmatched '{' in format spec") : rest[1] switch
            {
                'r' or 'a' => PythonRepr.Of(state.Budget, value),
                's' => PythonRepr.Str(state.Budget, value),
                _ => throw new TemplateError($"Unknown conversion specifier {rest[1]}"),
            };
            rest = rest[2..];
        }

        if (rest.Length > 0 && rest[0] != ':')
        {
            throw new TemplateError("expected ':' after conversion specifier");
        }

        string specification = rest.Length == 0 ? "" : Expand(state, rest[1..], arguments, ref automatic, nesting - 1).Text;
        return specification.Length == 0
            ? PythonRepr.Str(state.Budget, value)
            : FormatSpecification.Parse(specification).Format(state.Budget, value);
    }

    private static TemplateValue Resolve(RenderState state, string name, in CallArguments arguments, ref int automatic)
    {
        int end = name.AsSpan().IndexOfAny('.', '[');
        string first = end < 0 ? name : name[..end];
        TemplateValue value;
        if (first.Length == 0 || char.IsAsciiDigit(first[0]))
        {
            int index = first.Length == 0 ? automatic++
                : int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
                : throw new TemplateError($"'{first}' is no argument");
            value = index < arguments.Positional.Length
                ? arguments.Positional[index]
                : throw new TemplateError($"Replacement index {index} out of range for positional args tuple");
        }
        else
        {
            value = arguments.Find(first);
            if (value.IsMissing)
            {
                throw new TemplateError($"no argument named '{first}' to format");
            }
        }

        while (end >= 0 && end < name.Length)
        {
            int start = end + 1;
            if (name[end] == '[')
            {
                int close = name.IndexOf(']', start);
                string key = close < 0 ? throw new TemplateError("Missing ']' in format string") : name[start..close];
                value = long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out long index)
                    ? Access.Item(state, value, index)
                    : Access.Item(state, value, key);
                end = close + 1;
            }
            else
            {
                int stop = name.AsSpan(start).IndexOfAny('.', '[');
                end = stop < 0 ? name.Length : start + stop;
                value = Access.Attribute(state, value, name[start..end]);
            }
        }

        return value;
    }
}
