using System.Globalization;

namespace LlamaNative.Templates;

/// <summary>
/// The filter <c>tojson</c> as defined by Hugging Face: Python's <c>json.dumps</c> without HTML escaping, and with non-ASCII
/// characters escaped only on request.
/// </summary>
internal sealed class JsonText
{
    private readonly OutputBuffer _output;
    private readonly RenderBudget _budget;
    private readonly bool _ensureAscii;
    private readonly bool _sortKeys;
    private readonly TracedText? _indent;
    private readonly TracedText _itemSeparator;
    private readonly TracedText _keySeparator;
    private int _depth;

    public JsonText(RenderBudget budget, bool ensureAscii, TracedText? indent, (TracedText Item, TracedText Key)? separators, bool sortKeys)
    {
        _budget = budget;
        _output = new OutputBuffer(budget);
        _ensureAscii = ensureAscii;
        _sortKeys = sortKeys;
        _indent = indent;
        (_itemSeparator, _keySeparator) = separators ?? (indent is null ? ", " : ",", ": ");
    }

    public TracedText Serialize(in TemplateValue value)
    {
        Write(value);
        return _output.ToText();
    }

    private void Write(in TemplateValue value)
    {
        _budget.Step();
        switch (value.Kind)
        {
            case ValueKind.String:
                WriteString(value.AsText);
                break;
            case ValueKind.Sequence when value.AsSequence.IsTuple || value.AsSequence.Kind is SequenceKind.List or SequenceKind.Generator:
                WriteSequence(value.AsSequence);
                break;
            case ValueKind.Dictionary:
                WriteDictionary(value.AsDictionary);
                break;
            default:
                _output.Append(Scalar(value) ?? throw new TemplateError($"Object of type {value.TypeName} is not JSON serializable"),
                    value.IsInput);
                break;
        }
    }

    private static string? Scalar(in TemplateValue value) => value.Kind switch
    {
        ValueKind.None => "null",
        ValueKind.Boolean => value.AsBoolean ? "true" : "false",
        ValueKind.Integer or ValueKind.BigInteger => value.AsBigInteger.ToString(CultureInfo.InvariantCulture),
        ValueKind.Float when double.IsNaN(value.AsFloat) => "NaN",
        ValueKind.Float when double.IsInfinity(value.AsFloat) => value.AsFloat > 0 ? "Infinity" : "-Infinity",
        ValueKind.Float => FloatText.Repr(value.AsFloat),
        _ => null,
    };

    private void WriteSequence(TemplateSequence sequence)
    {
        if (sequence.Items.Count == 0)
        {
            _output.Append("[]");
            return;
        }

        Open('[');
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            Separate(i);
            Write(sequence.Items[i]);
        }

        Close(']');
    }

    private void WriteDictionary(TemplateDictionary dictionary)
    {
        if (dictionary.Count == 0)
        {
            _output.Append("{}");
            return;
        }

        Open('{');
        List<TemplateValue> pairs = _sortKeys
            ? Sorting.Sort(_budget, Iteration.Pairs(_budget, dictionary), pair => pair.AsSequence.Items[0], descending: false)
            : [];
        for (int i = 0; i < dictionary.Count; i++)
        {
            Separate(i);
            TemplateValue key = _sortKeys ? pairs[i].AsSequence.Items[0] : dictionary.KeyAt(i);
            WriteString(key.IsString ? key.AsText
                : Scalar(key) ?? throw new TemplateError($"keys must be str, int, float, bool or None, not {key.TypeName}"));
            _output.Append(_keySeparator);
            Write(_sortKeys ? pairs[i].AsSequence.Items[1] : dictionary.ValueAt(i));
        }

        Close('}');
    }

    private void Open(char bracket)
    {
        RenderBudget.EnsureStack();
        _output.Append(bracket);
        _depth++;
    }

    private void Separate(int index)
    {
        if (index > 0)
        {
            _output.Append(_itemSeparator);
        }

        BreakLine();
    }

    private void Close(char bracket)
    {
        _depth--;
        BreakLine();
        _output.Append(bracket);
    }

    private void BreakLine()
    {
        if (_indent is not null)
        {
            _output.Append('\n');
            for (int i = 0; i < _depth; i++)
            {
                _output.Append(_indent.Value);
            }
        }
    }

    private void WriteString(TracedText text)
    {
        _output.Append('"');
        int plain = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            string? escape = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\f' => "\\f",
                '\b' => "\\b",
                < ' ' => UnicodeEscape(c),
                >= '\x7F' when _ensureAscii => UnicodeEscape(c),
                _ => null,
            };
            if (escape is not null)
            {
                _output.Append(text[plain..i]);
                _output.Append(escape, text.IsInputAt(i));
                plain = i + 1;
            }
        }

        _output.Append(text[plain..]);
        _output.Append('"');
    }

    private static string UnicodeEscape(char c) => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture);
}
