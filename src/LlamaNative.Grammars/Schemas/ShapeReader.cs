using System.Text.Json;
using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>Reads the keywords of one schema object that constrain the value itself into a shape.</summary>
internal sealed class ShapeReader
{
    // Unsupported keywords that restrict values. Other unknown keywords are annotations by the specification.
    private static readonly string[] s_refused =
    [
        "if", "patternProperties", "contains", "minContains", "maxContains", "dependentRequired",
        "dependentSchemas", "dependencies", "$dynamicRef", "$recursiveRef", "extends", "disallow", "divisibleBy",
    ];

    private readonly SchemaDocument _document;
    private readonly SchemaPlace _place;

    public ShapeReader(SchemaDocument document, SchemaPlace place)
    {
        _document = document;
        _place = place;
    }

    public Shape Read()
    {
        Shape shape = Shape.Any;
        foreach (JsonProperty keyword in _place.Element.EnumerateObject())
        {
            if (keyword.Value.ValueKind == JsonValueKind.Null && keyword.Name is not "const")
            {
                continue; // see SchemaPlace.TryGet
            }

            if (s_refused.Contains(keyword.Name))
            {
                _document.Unsupported(_place, keyword.Name, $"'{keyword.Name}' is not supported.");
                continue;
            }

            shape = Apply(shape, keyword.Name, keyword.Value);
        }

        NumberShape number = new NumberKeywords(_document, _place).Read();
        ArrayShape array = ReadArray();
        ObjectShape @object = ReadObject();
        JsonTypes implied = shape.Implied
            | (number != NumberShape.Any ? JsonTypes.Number : 0)
            | (ReferenceEquals(array, ArrayShape.Any) ? 0 : JsonTypes.Array)
            | (ReferenceEquals(@object, ObjectShape.Any) ? 0 : JsonTypes.Object);
        JsonTypes types = number.FractionDigits == 0 ? shape.Types & ~JsonTypes.Fraction : shape.Types;
        return shape with { Types = types, Implied = implied, Number = number, Array = array, Object = @object };
    }

    private Shape Apply(Shape shape, string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "type":
                return shape with { Types = ReadTypes(value), Typed = true };
            case "const":
                return shape with
                {
                    Values = shape.Values is null ? [value] : [.. shape.Values.Where(other => JsonElement.DeepEquals(other, value))],
                };
            case "enum":
                IReadOnlyList<JsonElement> values = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
                    ? [.. value.EnumerateArray()] : throw _place.Refuse(keyword, "expected a non-empty array of values.");
                return shape with
                {
                    Values = shape.Values is null ? values : [.. values.Where(other => JsonElement.DeepEquals(other, shape.Values[0]))],
                };
            case "minLength":
                return shape with
                {
                    Implied = shape.Implied | JsonTypes.String,
                    String = shape.String with { Minimum = Count(keyword, value) },
                };
            case "maxLength":
                return shape with
                {
                    Implied = shape.Implied | JsonTypes.String,
                    String = shape.String with { Maximum = Count(keyword, value) },
                };
            case "pattern":
                string pattern = value.ValueKind == JsonValueKind.String
                    ? value.GetString()!
                    : throw _place.Refuse(keyword, "expected a regular expression.");
                return WithPattern(shape, keyword, pattern);
            case "format":
                string format = value.ValueKind == JsonValueKind.String
                    ? value.GetString()!
                    : throw _place.Refuse(keyword, "expected a string.");
                shape = shape with { Implied = shape.Implied | JsonTypes.String };
                return StringFormats.PatternOf(format) is string known ? WithPattern(shape, keyword, known) : shape;
            case "uniqueItems" when value.ValueKind != JsonValueKind.False
                && !(_place.TryGet("maxItems", out JsonElement most) && Count("maxItems", most) <= 1):
                _document.Unsupported(_place, keyword, "'uniqueItems' is not supported, because a grammar cannot compare items.");
                return shape;
            default:
                return shape;
        }
    }

    private Shape WithPattern(Shape shape, string keyword, string pattern)
    {
        IReadOnlyList<StringPattern> patterns;
        try
        {
            patterns = StringPattern.Split(pattern);
            foreach (StringPattern part in patterns)
            {
                _ = RegexParser.Parse(part.Text);
            }
        }
        catch (PatternException error)
        {
            _document.Unsupported(_place, keyword, $"the pattern '{pattern}' is not supported: {error.Message}.");
            return shape with { Implied = shape.Implied | JsonTypes.String };
        }

        return shape with
        {
            Implied = shape.Implied | JsonTypes.String,
            String = shape.String with { Patterns = [.. shape.String.Patterns, .. patterns] },
        };
    }

    private JsonTypes ReadTypes(JsonElement value)
    {
        JsonTypes types = JsonTypes.None;
        JsonElement.ArrayEnumerator? several = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : null;
        foreach (JsonElement element in several?.ToArray() ?? [value])
        {
            types |= (element.ValueKind == JsonValueKind.String ? element.GetString() : null) switch
            {
                "null" => JsonTypes.Null,
                "boolean" => JsonTypes.Boolean,
                "integer" => JsonTypes.Integer,
                "number" => JsonTypes.Number,
                "string" => JsonTypes.String,
                "array" => JsonTypes.Array,
                "object" => JsonTypes.Object,
                _ => throw _place.Refuse("type",
                    "expected null, boolean, integer, number, string, array, object, or an array of these."),
            };
        }

        return types;
    }

    private ArrayShape ReadArray()
    {
        bool hasItems = _place.TryGet("items", out JsonElement items);
        bool hasPrefix = _place.TryGet("prefixItems", out JsonElement prefix);
        bool hasMinimum = _place.TryGet("minItems", out JsonElement minimum);
        bool hasMaximum = _place.TryGet("maxItems", out JsonElement maximum);
        if (!hasItems && !hasPrefix && !hasMinimum && !hasMaximum)
        {
            return ArrayShape.Any;
        }

        List<SchemaSet> positions = [];
        SchemaSet? rest = hasItems && items.ValueKind != JsonValueKind.Array ? SchemaSet.Of(_document.Child(_place, "items", items)) : null;
        if (hasItems && items.ValueKind == JsonValueKind.Array)
        {
            // Before 2020-12, positional items were under items, and additionalItems applied to the rest.
            positions.AddRange(items.EnumerateArray().Select((item, i) => SchemaSet.Of(_document.Child(_place, "items", i, item))));
            rest = _place.TryGet("additionalItems", out JsonElement additional)
                ? SchemaSet.Of(_document.Child(_place, "additionalItems", additional))
                : null;
        }
        else if (hasPrefix && prefix.ValueKind == JsonValueKind.Array)
        {
            positions.AddRange(prefix.EnumerateArray().Select((item, i) => SchemaSet.Of(_document.Child(_place, "prefixItems", i, item))));
        }
        else if (hasPrefix)
        {
            // A single schema under prefixItems is invalid; llama.cpp reads it as items unless there are items.
            rest ??= SchemaSet.Of(_document.Child(_place, "prefixItems", prefix));
        }

        return new ArrayShape(positions, rest, hasMinimum ? Count("minItems", minimum) : null,
            hasMaximum ? Count("maxItems", maximum) : null);
    }

    private ObjectShape ReadObject()
    {
        bool hasProperties = _place.TryGet("properties", out JsonElement properties);
        bool hasRequired = _place.TryGet("required", out JsonElement required);
        bool hasAdditional = _place.TryGet("additionalProperties", out JsonElement additional);
        bool hasMinimum = _place.TryGet("minProperties", out JsonElement minimum);
        bool hasMaximum = _place.TryGet("maxProperties", out JsonElement maximum);
        if (!hasProperties && !hasRequired && !hasAdditional && !hasMinimum && !hasMaximum)
        {
            return ObjectShape.Any;
        }

        if (hasProperties && properties.ValueKind != JsonValueKind.Object)
        {
            throw _place.Refuse("properties", "expected an object.");
        }

        bool namesOnly = hasRequired && required.ValueKind == JsonValueKind.Array
            && required.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String);
        if (hasRequired && !namesOnly)
        {
            throw _place.Refuse("required", "expected an array of property names.");
        }

        Dictionary<string, JsonElement> byName = new(StringComparer.Ordinal);
        foreach (JsonProperty property in hasProperties ? properties.EnumerateObject() : default)
        {
            byName[property.Name] = property.Value;
        }

        if (byName.Count > SchemaLimits.Properties || (hasRequired && required.GetArrayLength() > SchemaLimits.Properties))
        {
            throw _place.Refuse($"the object declares more than {SchemaLimits.Properties} properties.");
        }

        return new ObjectShape(
            new PropertyList(byName.Select(property =>
                new ObjectProperty(property.Key, SchemaSet.Of(_document.Child(_place, "properties", property.Key, property.Value))))),
            hasRequired ? [.. required.EnumerateArray().Select(name => name.GetString()!).Distinct(StringComparer.Ordinal)] : [],
            hasAdditional ? SchemaSet.Of(_document.Child(_place, "additionalProperties", additional)) : null,
            hasMinimum ? Count("minProperties", minimum) : 0,
            hasMaximum ? Count("maxProperties", maximum) : null);
    }

    /// <summary>A non-negative count; values above int.MaxValue are capped.</summary>
    private int Count(string keyword, JsonElement value)
    {
        bool valid = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= 0
            && Math.Floor(number) == number;
        return valid
            ? (int)Math.Min(value.GetDouble(), int.MaxValue)
            : throw _place.Refuse(keyword, "expected a non-negative integer.");
    }
}
