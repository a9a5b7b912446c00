using System.Text.Json;
using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Whether a value given in the schema, under enum or const, satisfies the rest of the schema. Follows JSON Schema's semantics:
/// undeclared properties are allowed unless forbidden.
/// </summary>
internal sealed class ShapeValidator
{
    private readonly SchemaReader _reader;

    public ShapeValidator(SchemaReader reader) => _reader = reader;

    public bool Satisfies(JsonElement value, SchemaSet set) => _reader.Read(set).Any(shape => Satisfies(value, shape));

    public bool Satisfies(JsonElement value, Shape shape)
    {
        JsonTypes type = TypeOf(value);
        bool listed = shape.Values is null || shape.Values.Any(same => JsonElement.DeepEquals(same, value));
        return listed && (shape.Types & type) != 0 && type switch
        {
            JsonTypes.Integer or JsonTypes.Fraction => shape.Number == NumberShape.Any
                || (value.TryGetDecimal(out decimal number) && shape.Number.Allows(number)),
            JsonTypes.String => SatisfiesString(value.GetString()!, shape.String),
            JsonTypes.Array => SatisfiesArray(value, shape.Array),
            JsonTypes.Object => SatisfiesObject(value, shape.Object),
            _ => true,
        };
    }

    public static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Number => value.TryGetDouble(out double number) && Math.Floor(number) == number
            ? JsonTypes.Integer
            : JsonTypes.Fraction,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        _ => JsonTypes.Object,
    };

    private bool SatisfiesString(string text, StringShape shape)
    {
        int length = text.EnumerateRunes().Count();
        if (length < shape.Minimum || length > shape.Maximum)
        {
            return false;
        }

        ILookup<bool?, StringPattern> patterns = shape.Patterns.ToLookup(pattern => Rfc3339.Matches(pattern.Text, text));
        if (patterns.Contains(false))
        {
            return false;
        }

        StringPattern[] others = [.. patterns[null]];
        return others.Length == 0 || _reader.Strings.Of(new StringShape(0, null, others))?.Contains(text) == true;
    }

    private bool SatisfiesArray(JsonElement array, ArrayShape shape)
    {
        int length = array.GetArrayLength();
        return !(length < shape.Minimum) && !(length > shape.Maximum)
            && array.EnumerateArray().Index().All(item => Satisfies(item.Item, shape.At(item.Index)));
    }

    private bool SatisfiesObject(JsonElement value, ObjectShape shape)
    {
        int count = value.EnumerateObject().Count();
        return count >= shape.Minimum && !(count > shape.Maximum)
            && shape.Required.All(name => value.TryGetProperty(name, out _))
            && value.EnumerateObject().All(property => Satisfies(property.Value, shape.SchemaOf(property.Name)));
    }
}
