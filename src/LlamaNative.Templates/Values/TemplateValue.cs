using System.Globalization;
using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>
/// A template value with Python's types: undefined, None, bool, arbitrary-precision int, float, str, list and similar
/// sequences, dict, and objects. Small scalars are stored in the struct.
/// </summary>
internal readonly struct TemplateValue
{
    private readonly object? _object;
    private readonly long _bits;

    private TemplateValue(ValueKind kind, object? reference, long bits, bool isInput = false)
    {
        Kind = kind;
        _object = reference;
        _bits = bits;
        IsInput = isInput;
    }

    public static TemplateValue None { get; } = new(ValueKind.None, null, 0);

    public static TemplateValue EmptyString { get; } = new(ValueKind.String, "", 0);

    public ValueKind Kind { get; }

    /// <summary>Whether the value came from input unchanged: all of a text, or a number, boolean or None.</summary>
    public bool IsInput { get; }

    public bool IsMissing => Kind == ValueKind.Missing;

    public bool IsUndefined => Kind == ValueKind.Undefined;

    public bool IsNone => Kind == ValueKind.None;

    public bool IsString => Kind == ValueKind.String;

    /// <summary>Text marked as safe HTML; adding plain text to it escapes that text (MarkupSafe).</summary>
    public bool IsMarkup => Kind == ValueKind.String && _bits != 0;

    public bool IsSequence => Kind == ValueKind.Sequence;

    public bool IsDictionary => Kind == ValueKind.Dictionary;

    /// <summary>True for bool too, which is an int in Python's arithmetic and comparisons.</summary>
    public bool IsIntegral => Kind is ValueKind.Boolean or ValueKind.Integer or ValueKind.BigInteger;

    public bool IsNumber => IsIntegral || Kind == ValueKind.Float;

    public bool AsBoolean => _bits != 0;

    /// <summary>The value of a bool, or of an int that fits in 64 bits.</summary>
    public long AsInteger => _bits;

    public double AsFloat => BitConverter.Int64BitsToDouble(_bits);

    public BigInteger AsBigInteger => Kind == ValueKind.BigInteger ? (BigInteger)_object! : _bits;

    public string AsString => _object as string ?? ((TracedText)_object!).Text;

    /// <summary>The text with provenance.</summary>
    public TracedText AsText => _object is not string text ? (TracedText)_object! : IsInput ? TracedText.Input(text) : text;

    public TemplateSequence AsSequence => (TemplateSequence)_object!;

    public TemplateDictionary AsDictionary => (TemplateDictionary)_object!;

    public TemplateObject AsObject => (TemplateObject)_object!;

    /// <summary>Any number as a double; integers beyond its range become infinity, which callers check.</summary>
    public double ToDouble() => Kind switch
    {
        ValueKind.Float => AsFloat,
        ValueKind.BigInteger => Nearest(AsBigInteger),
        _ => _bits,
    };

    /// <summary>The nearest double; .NET's conversion truncates instead of rounding.</summary>
    private static double Nearest(BigInteger value) =>
        double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>
    /// Python's truth value: empty, zero, None and undefined are false; a generator is true even if it yields nothing.
    /// </summary>
    public bool IsTrue => Kind switch
    {
        ValueKind.Missing or ValueKind.Undefined or ValueKind.None => false,
        ValueKind.Boolean or ValueKind.Integer => _bits != 0,
        ValueKind.Float => AsFloat != 0,
        ValueKind.String => AsString.Length != 0,
        ValueKind.Sequence => AsSequence.Items.Count != 0 || AsSequence.Kind == SequenceKind.Generator,
        ValueKind.Dictionary => AsDictionary.Count != 0,
        _ => true,
    };

    /// <summary>The Python name of the type, for error messages.</summary>
    public string TypeName => Kind switch
    {
        ValueKind.Undefined => "Undefined",
        ValueKind.None => "NoneType",
        ValueKind.Boolean => "bool",
        ValueKind.Integer or ValueKind.BigInteger => "int",
        ValueKind.Float => "float",
        ValueKind.String => IsMarkup ? "Markup" : "str",
        ValueKind.Sequence => AsSequence.TypeName,
        ValueKind.Dictionary => "dict",
        ValueKind.Object => AsObject.TypeName,
        _ => "missing",
    };

    /// <summary>The reason an undefined value is undefined, in Jinja2's wording.</summary>
    public string UndefinedMessage => _object switch
    {
        string name when _bits == (long)UndefinedCause.Variable => $"'{name}' is undefined",
        string hint => hint,
        MissingAttribute missing => $"'{missing.OwnerType} object' has no attribute '{missing.Name}'",
        _ => "the value is undefined",
    };

    public static TemplateValue UndefinedVariable(string name) => new(ValueKind.Undefined, name, (long)UndefinedCause.Variable);

    public static TemplateValue UndefinedBecause(string hint) => new(ValueKind.Undefined, hint, (long)UndefinedCause.Hint);

    /// <summary>The common result of <c>message.tool_calls</c>. Does not allocate: the message is created on demand.</summary>
    public static TemplateValue UndefinedAttribute(MissingAttribute attribute) => new(ValueKind.Undefined, attribute, 0);

    public static TemplateValue Markup(TracedText text) => Text(text, 1);

    /// <summary>The same scalar, marked as input.</summary>
    public TemplateValue AsInput() => new(Kind, _object, _bits, isInput: true);

    public static implicit operator TemplateValue(bool value) => new(ValueKind.Boolean, null, value ? 1 : 0);

    public static implicit operator TemplateValue(long value) => new(ValueKind.Integer, null, value);

    public static implicit operator TemplateValue(double value) => new(ValueKind.Float, null, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator TemplateValue(string value) => new(ValueKind.String, value, 0);

    public static implicit operator TemplateValue(TracedText value) => Text(value, 0);

    public static implicit operator TemplateValue(TemplateSequence value) => new(ValueKind.Sequence, value, 0);

    public static implicit operator TemplateValue(TemplateDictionary value) => new(ValueKind.Dictionary, value, 0);

    public static implicit operator TemplateValue(TemplateObject value) => new(ValueKind.Object, value, 0);

    /// <summary>An integer in canonical form: 64 bits if it fits.</summary>
    public static implicit operator TemplateValue(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? (long)value : new TemplateValue(ValueKind.BigInteger, value, 0);

    /// <summary>Identity (<c>is sameas</c>): scalars by value, other types by reference.</summary>
    public static bool Same(in TemplateValue left, in TemplateValue right) =>
        left.Kind == right.Kind && left._bits == right._bits
        && (left.Kind == ValueKind.String ? left.AsString == right.AsString : ReferenceEquals(left._object, right._object));

    private static TemplateValue Text(TracedText text, long markup) =>
        text.IsMixed ? new(ValueKind.String, text, markup) : new(ValueKind.String, text.Text, markup, text.HasInput);

    private enum UndefinedCause : long
    {
        Variable = 1,
        Hint = 2,
    }
}

/// <summary>An attribute that does not exist on a type.</summary>
internal sealed record MissingAttribute(string OwnerType, string Name);
