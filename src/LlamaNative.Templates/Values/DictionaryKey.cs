using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>
/// A value as a dictionary key: numbers that are equal in Python (1, 1.0, True) are the same key, and a tuple is converted to
/// text, so that hashing never traverses a hostile structure.
/// </summary>
internal readonly struct DictionaryKey : IEquatable<DictionaryKey>
{
    private readonly KeyClass _class;
    private readonly string? _text;
    private readonly long _number;

    public DictionaryKey(string key)
        : this(key, KeyClass.Text, key, 0)
    {
    }

    private DictionaryKey(in TemplateValue value, KeyClass keyClass, string? text, long number)
    {
        Value = value;
        _class = keyClass;
        _text = text;
        _number = number;
    }

    private enum KeyClass : byte
    {
        Text,
        Integer,
        Float,
        BigInteger,
        None,
        Undefined,
        Tuple,
        Object,
    }

    /// <summary>The original key.</summary>
    public TemplateValue Value { get; }

    /// <summary>A key that came from input.</summary>
    public static DictionaryKey Input(string key) => new(TracedText.Input(key), KeyClass.Text, key, 0);

    /// <summary>The key of a value; throws for a list or dict, which are unhashable in Python.</summary>
    public static DictionaryKey From(RenderBudget budget, in TemplateValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.String:
                budget.Scan(value.AsString.Length);
                return new DictionaryKey(value, KeyClass.Text, value.AsString, 0);
            case ValueKind.Boolean or ValueKind.Integer:
                return new DictionaryKey(value, KeyClass.Integer, null, value.AsInteger);
            case ValueKind.BigInteger:
                return new DictionaryKey(value, KeyClass.BigInteger, value.AsBigInteger.ToString("x", null), 0);
            case ValueKind.Float:
                double number = value.AsFloat;
                if (double.IsInteger(number))
                {
                    DictionaryKey whole = From(budget, new BigInteger(number));
                    return new DictionaryKey(value, whole._class, whole._text, whole._number);
                }

                return new DictionaryKey(value, KeyClass.Float, null, BitConverter.DoubleToInt64Bits(number));
            case ValueKind.None:
                return new DictionaryKey(value, KeyClass.None, null, 0);
            case ValueKind.Undefined:
                return new DictionaryKey(value, KeyClass.Undefined, null, 0);
            case ValueKind.Sequence when value.AsSequence.IsTuple:
                OutputBuffer canonical = new(budget);
                WriteCanonical(canonical, value);
                return new DictionaryKey(value, KeyClass.Tuple, canonical.ToString(), 0);
            case ValueKind.Object:
                return new DictionaryKey(value, KeyClass.Object, null, value.AsObject.GetHashCode());
            default:
                throw new TemplateError($"unhashable type: '{value.TypeName}'");
        }
    }

    public bool Equals(DictionaryKey other) =>
        _class == other._class && _number == other._number && _text == other._text
        && (_class != KeyClass.Object || ReferenceEquals(Value.AsObject, other.Value.AsObject));

    public override bool Equals(object? obj) => obj is DictionaryKey other && Equals(other);

    public override int GetHashCode() => _text is null ? HashCode.Combine(_class, _number) : _text.GetHashCode(StringComparison.Ordinal);

    private static void WriteCanonical(OutputBuffer output, in TemplateValue tuple)
    {
        RenderBudget.EnsureStack();
        output.Append('(');
        foreach (TemplateValue item in tuple.AsSequence.Items)
        {
            output.Budget.Step();
            if (item.IsSequence && item.AsSequence.IsTuple)
            {
                WriteCanonical(output, item);
            }
            else
            {
                // The length prefix distinguishes ('a,b') from ('a', 'b').
                DictionaryKey key = From(output.Budget, item);
                output.Append((long)key._class);
                output.Append(':');
                output.Append(key._number);
                output.Append(':');
                output.Append(key._text?.Length ?? 0);
                output.Append(':');
                output.Append(key._text);
            }
        }

        output.Append(')');
    }
}
