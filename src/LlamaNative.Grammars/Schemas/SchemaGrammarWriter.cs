using System.Numerics;
using System.Text.Json;
using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>Converts schema locations to rules: one rule per set of locations, with one alternative per shape.</summary>
internal sealed class SchemaGrammarWriter
{
    private const int LargestLimitedStep = 50;

    private readonly SchemaDocument _document;
    private readonly SchemaReader _reader;
    private readonly ShapeValidator _validator;
    private readonly StringRules _strings;
    private readonly LanguageRules _multiples;
    private readonly Dictionary<SchemaSet, string> _values = [];

    public SchemaGrammarWriter(SchemaDocument document, JsonSchemaOptions options)
    {
        _document = document;
        _reader = new SchemaReader(document);
        _validator = new ShapeValidator(_reader);
        _strings = new StringRules(Rules, _reader.Strings);
        _multiples = new LanguageRules(Rules, "\"\"", static set => set.ToGbnf(), kind: "multiples");
        Options = options;
    }

    public JsonSchemaOptions Options { get; }

    public RuleTable Rules { get; } = new();

    public string Write() => Rules.Write(() => Value(SchemaSet.Of(_document.Root), "document"));

    /// <summary>Whether any value satisfies the schemas at the set's locations.</summary>
    public bool IsPossible(SchemaSet set) => _reader.Read(set).Count > 0;

    /// <summary>A key that is not one of the given names.</summary>
    public string OtherThan(IReadOnlyCollection<string> names, string hint) => _strings.WriteOtherThan(names, hint)!;

    /// <summary>The expression, as one item of a sequence, for the values that satisfy all schemas of the set.</summary>
    public string Value(SchemaSet set, string hint)
    {
        set = Canonical(set);
        if (!_values.TryGetValue(set, out string? name))
        {
            name = Alternatives(set, hint);
            _values.Add(set, name);
        }

        return name;
    }

    /// <summary>Replaces a plain reference by its target, so that both share a rule.</summary>
    private SchemaSet Canonical(SchemaSet set)
    {
        for (int i = 0; i < SchemaLimits.References && set.Places.Count == 1; i++)
        {
            SchemaPlace place = _document[set.Places[0]];
            bool plain = place.Element.ValueKind == JsonValueKind.Object
                && place.Element.EnumerateObject().All(keyword => keyword.Name is "$ref" or "title" or "description" or "$comment");
            if (!plain || !place.Element.TryGetProperty("$ref", out JsonElement reference) || reference.ValueKind != JsonValueKind.String)
            {
                break;
            }

            set = SchemaSet.Of(_document.Resolve(reference.GetString()!, place));
        }

        return set;
    }

    private string Alternatives(SchemaSet set, string hint)
    {
        if (set.Places.Count == 0)
        {
            return Rules.Json("value");
        }

        SchemaPlace place = _document[set.Places[0]];
        try
        {
            string[] alternatives = [.. _reader.Read(set).SelectMany(shape => Expressions(shape, place, hint))
                .Distinct(StringComparer.Ordinal)];
            return alternatives.Length switch
            {
                0 => throw place.Refuse("no value that can be generated satisfies the schema."),
                1 when !alternatives[0].Contains(' ', StringComparison.Ordinal) => alternatives[0],
                _ => Rules.Rule(hint, string.Join(" | ", alternatives)),
            };
        }
        catch (PatternException error)
        {
            throw place.Refuse($"cannot generate its strings: {error.Message}.");
        }
    }

    private IEnumerable<string> Expressions(Shape shape, SchemaPlace place, string hint)
    {
        if (shape.Values is not null)
        {
            return shape.Values.Where(value => _validator.Satisfies(value, shape)).Select(value => LiteralRules.Write(value, Rules));
        }

        return Enum.GetValues<JsonTypes>()
            .Where(
                type =>
                    (type is JsonTypes.Null or JsonTypes.Boolean or JsonTypes.Number or JsonTypes.String
                        or JsonTypes.Array or JsonTypes.Object) && (shape.Generated & type) != 0)
            .Select(type => Expression(shape, type, place, hint))
            .OfType<string>();
    }

    /// <summary>The values of one type, or null if there are none.</summary>
    private string? Expression(Shape shape, JsonTypes type, SchemaPlace place, string hint)
    {
        switch (type)
        {
            case JsonTypes.Null:
                return Rules.Json("null");
            case JsonTypes.Boolean:
                return Rules.Json("boolean");
            case JsonTypes.Number:
                return Number(shape.Number, shape.Generated, place, hint);
            case JsonTypes.String:
                return shape.String.Minimum <= SchemaLimits.Length ? _strings.Write(shape.String, hint) : null;
            case JsonTypes.Array when shape.Array == ArrayShape.Any:
                return Rules.Json("array");
            case JsonTypes.Array:
                ArrayRules array = new(this, shape.Array, hint);
                return array.IsPossible ? Rules.Rule("array " + shape.Array.Key, hint, array.Write) : null;
            case JsonTypes.Object when shape.Object == ObjectShape.Any:
                return Rules.Json("object");
            default:
                ObjectRules @object = new(this, shape.Object, hint);
                if (@object.Problem is string problem)
                {
                    throw place.Refuse(problem);
                }

                return @object.IsPossible ? Rules.Rule("object " + shape.Object.Key, hint, @object.Write) : null;
        }
    }

    private string? Number(NumberShape shape, JsonTypes generated, SchemaPlace place, string hint)
    {
        bool integer = (generated & JsonTypes.Fraction) == 0 || shape.FractionDigits == 0;
        if ((generated & JsonTypes.Integer) == 0)
        {
            // What oneOf leaves of a number beside an integer.
            if (shape == NumberShape.Any)
            {
                return Rules.Json("fraction");
            }

            _document.Unsupported(place, "oneOf", "bounds of numbers that must not be whole are not supported.");
        }

        if (shape.Lower is null && shape.Upper is null && shape.Steps.Count == 0)
        {
            return integer ? Rules.Json("integer") : shape.FractionDigits is null ? Rules.Json("number") : DecimalRules.Write(shape);
        }

        if (!integer)
        {
            return DecimalRules.Write(shape);
        }

        BigInteger? lower = shape.Lower is Bound low
            ? new BigInteger(decimal.Ceiling(low.Value)) + (low.Exclusive && decimal.IsInteger(low.Value) ? 1 : 0)
            : null;
        BigInteger? upper = shape.Upper is Bound high
            ? new BigInteger(decimal.Floor(high.Value)) - (high.Exclusive && decimal.IsInteger(high.Value) ? 1 : 0)
            : null;
        return shape.Steps.Count == 0 ? IntegerRules.Write(lower, upper) : Multiples(shape.Steps, lower, upper, hint);
    }

    /// <summary>Multiples in a range: the digits of the range as an automaton, combined with one that counts remainders.</summary>
    private string? Multiples(IReadOnlyList<int> steps, BigInteger? lower, BigInteger? upper, string hint)
    {
        // Digits times remainders would be too many states, so for larger steps the number of digits is not limited. The rules of other
        // ranges have only what regular expressions have too, in quotes and with spaces.
        string? range = steps.Max() <= LargestLimitedStep ? null
            : (lower, upper) is (null, null) ? "0|-?[1-9][0-9]*"
            : upper is null && lower == 0 ? "0|[1-9][0-9]*"
            : upper is null && lower == 1 ? "[1-9][0-9]*"
            : lower is null && upper == 0 ? "0|-[1-9][0-9]*"
            : null;
        range ??= IntegerRules.Write(lower, upper)?.Replace("\"", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return range is not null && _reader.Strings.Multiples($"^({range})$", steps) is { } language
            ? $"({_multiples.Write(language, hint)})"
            : null;
    }
}
