using System.Globalization;
using System.Text;

namespace LlamaNative.Templates;

/// <summary>Python's <c>repr</c>, used for lists and dicts in <c>{{ ... }}</c>, and its <c>str</c>.</summary>
internal static class PythonRepr
{
    public static TracedText Of(RenderBudget budget, in TemplateValue value)
    {
        OutputBuffer output = new(budget);
        Write(output, value);
        return output.ToText();
    }

    /// <summary>Python's <c>str()</c>.</summary>
    public static TracedText Str(RenderBudget budget, in TemplateValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.String:
                return value.AsText;
            case ValueKind.Undefined:
                return "";
            case ValueKind.Integer:
                string digits = value.AsInteger.ToString(CultureInfo.InvariantCulture);
                return value.IsInput ? TracedText.Input(digits) : digits;
            default:
                return Of(budget, value);
        }
    }

    public static void Write(OutputBuffer output, in TemplateValue value)
    {
        output.Budget.Step();
        switch (value.Kind)
        {
            case ValueKind.Undefined:
                output.Append("Undefined");
                break;
            case ValueKind.None:
                output.Append("None", value.IsInput);
                break;
            case ValueKind.Boolean:
                output.Append(value.AsBoolean ? "True" : "False", value.IsInput);
                break;
            case ValueKind.Integer:
                output.Append(value.AsInteger, value.IsInput);
                break;
            case ValueKind.BigInteger:
                output.Budget.Step(64);
                output.Append(value.AsBigInteger.ToString(CultureInfo.InvariantCulture), value.IsInput);
                break;
            case ValueKind.Float:
                output.Append(FloatText.Repr(value.AsFloat), value.IsInput);
                break;
            case ValueKind.String:
                WriteString(output, value);
                break;
            case ValueKind.Sequence:
                WriteSequence(output, value.AsSequence);
                break;
            case ValueKind.Dictionary:
                WriteDictionary(output, value.AsDictionary);
                break;
            case ValueKind.Object:
                value.AsObject.WriteTo(output);
                break;
        }
    }

    private static void WriteString(OutputBuffer output, in TemplateValue value)
    {
        TracedText traced = value.AsText;
        string text = traced.Text;
        if (value.IsMarkup)
        {
            output.Append("Markup(");
        }

        // Python prefers single quotes and uses double quotes only to avoid escaping.
        char quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        output.Append(quote);
        int plain = 0;
        for (int i = 0; i < text.Length;)
        {
            int width = CodePoints.WidthAt(text, i);
            string? escape = EscapeOf(text, i, width, quote);
            if (escape is not null)
            {
                output.Append(traced[plain..i]);
                output.Append(escape, traced.IsInputAt(i));
                plain = i + width;
            }

            i += width;
        }

        output.Append(traced[plain..]);
        output.Append(quote);
        if (value.IsMarkup)
        {
            output.Append(')');
        }
    }

    private static string? EscapeOf(string text, int index, int width, char quote)
    {
        char c = text[index];
        if (c is >= ' ' and < '\x7F')
        {
            return c == quote || c == '\\' ? "\\" + c : null;
        }

        int code = width == 2 ? char.ConvertToUtf32(c, text[index + 1]) : c;
        return c switch
        {
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ when IsPrintable(code) => null,
            _ when code < 0x100 => "\\x" + code.ToString("x2", CultureInfo.InvariantCulture),
            _ when code < 0x10000 => "\\u" + code.ToString("x4", CultureInfo.InvariantCulture),
            _ => "\\U" + code.ToString("x8", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>
    /// str.isprintable: no control, format, surrogate, private-use or unassigned code point, and no separator except the space.
    /// </summary>
    private static bool IsPrintable(int code) =>
        !Rune.IsValid(code)
            ? false
            : Rune.GetUnicodeCategory(new Rune(code)) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private static void WriteSequence(OutputBuffer output, TemplateSequence sequence)
    {
        RenderBudget.EnsureStack();
        if (sequence.RangeText is { } range)
        {
            output.Append(range);
            return;
        }

        bool isView = sequence.Kind is SequenceKind.Keys or SequenceKind.Values or SequenceKind.Items;
        output.Append(isView ? sequence.TypeName + "([" : sequence.IsTuple ? "(" : "[");
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            output.Append(i == 0 ? "" : ", ");
            Write(output, sequence.Items[i]);
        }

        output.Append(isView ? "])" : !sequence.IsTuple ? "]" : sequence.Items.Count == 1 ? ",)" : ")");
    }

    private static void WriteDictionary(OutputBuffer output, TemplateDictionary dictionary)
    {
        RenderBudget.EnsureStack();
        output.Append('{');
        for (int i = 0; i < dictionary.Count; i++)
        {
            output.Append(i == 0 ? "" : ", ");
            Write(output, dictionary.KeyAt(i));
            output.Append(": ");
            Write(output, dictionary.ValueAt(i));
        }

        output.Append('}');
    }
}
