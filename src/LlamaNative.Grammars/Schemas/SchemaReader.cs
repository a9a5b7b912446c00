using System.Text.Json;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Reads the constraints at a schema location as a list of alternative shapes. allOf and references multiply alternatives,
/// anyOf and oneOf add them; properties and items stay locations that are read when their rule is written.
/// </summary>
internal sealed class SchemaReader
{
    private readonly SchemaDocument _document;
    private readonly Dictionary<int, IReadOnlyList<Shape>> _known = [];
    private readonly Dictionary<SchemaSet, IReadOnlyList<Shape>> _knownSets = [];
    private readonly HashSet<int> _open = [];
    private long _work;

    public SchemaReader(SchemaDocument document) => _document = document;

    /// <summary>The string automata of this schema.</summary>
    public StringLanguages Strings { get; } = new();

    /// <summary>The alternatives that satisfy all schemas of the set; empty if no value does.</summary>
    public IReadOnlyList<Shape> Read(SchemaSet set)
    {
        if (!_knownSets.TryGetValue(set, out IReadOnlyList<Shape>? shapes))
        {
            shapes = [Shape.Any];
            foreach (int id in set.Places)
            {
                shapes = Multiply(shapes, Read(_document[id]), _document[id]);
            }

            shapes = MergeAlike(shapes, set);
            _knownSets.Add(set, shapes);
        }

        return shapes;
    }

    private IReadOnlyList<Shape> Read(SchemaPlace place)
    {
        if (_known.TryGetValue(place.Id, out IReadOnlyList<Shape>? shapes))
        {
            return shapes;
        }

        if (!_open.Add(place.Id) || _open.Count > SchemaLimits.References)
        {
            throw place.Refuse("the references are circular or too deeply nested.");
        }

        shapes = place.Element.ValueKind switch
        {
            JsonValueKind.True => [Shape.Any],
            JsonValueKind.False => [],
            JsonValueKind.Object => ReadKeywords(place),
            _ => throw place.Refuse($"expected a schema (an object or a boolean), got {place.Element.ValueKind}."),
        };
        _open.Remove(place.Id);
        _known.Add(place.Id, shapes);
        return shapes;
    }

    private IReadOnlyList<Shape> ReadKeywords(SchemaPlace place)
    {
        IReadOnlyList<Shape> shapes = [new ShapeReader(_document, place).Read()];
        foreach (JsonProperty keyword in place.Element.EnumerateObject().Where(keyword => keyword.Value.ValueKind != JsonValueKind.Null))
        {
            switch (keyword.Name)
            {
                case "not" when IsAlways(keyword.Value) is { } always:
                    shapes = always ? [] : shapes;
                    break;
                case "not":
                    _document.Unsupported(place, keyword.Name, "'not' is supported only with a schema that allows everything or nothing.");
                    break;
                case "propertyNames" when !AllowsEveryName(_document.Child(place, keyword.Name, keyword.Value)):
                    _document.Unsupported(place, keyword.Name, "'propertyNames' is supported only if it allows every name.");
                    break;
                case "$ref":
                    string reference = keyword.Value.ValueKind == JsonValueKind.String
                        ? keyword.Value.GetString()!
                        : throw place.Refuse(keyword.Name, "expected a string.");
                    shapes = Multiply(shapes, Read(_document.Resolve(reference, place)), place);
                    break;
                case "allOf":
                    foreach (SchemaPlace part in Parts(place, keyword))
                    {
                        shapes = Multiply(shapes, Read(part), place);
                    }

                    break;
                case "anyOf":
                    shapes = Multiply(shapes, [.. Parts(place, keyword).SelectMany(Read)], place);
                    break;
                case "oneOf":
                    shapes = Multiply(shapes, ReadOneOf(place, keyword), place);
                    break;
            }
        }

        return Close(place, shapes);
    }

    /// <summary>
    /// A grammar cannot count matching alternatives, so oneOf is treated as anyOf if no value generated from one alternative
    /// can satisfy another, and rejected if that cannot be proven.
    /// </summary>
    private IReadOnlyList<Shape> ReadOneOf(SchemaPlace place, JsonProperty keyword)
    {
        IReadOnlyList<Shape>[] valid = [.. Parts(place, keyword).Select(Read)];
        IReadOnlyList<Shape>[] alternatives = [.. valid.Select((shapes, i) =>
            Without(shapes, valid.Where((_, j) => j != i).Aggregate(JsonTypes.None, (types, other) => types | Covered(other))))];
        ShapeComparer comparer = new(this);
        for (int i = 0; i < alternatives.Length; i++)
        {
            for (int j = 0; j < alternatives.Length; j++)
            {
                Spend(alternatives[i].Sum(Size) + alternatives[j].Sum(Size), place);
                if (i != j && !comparer.AreDisjoint(alternatives[i], valid[j]))
                {
                    _document.Unsupported(place, keyword.Name,
                        $"a value of alternative {i} may also satisfy alternative {j}, which oneOf forbids and a grammar cannot check. Use "
                        + $"anyOf, or distinguish the alternatives by a required property or a type.");
                    return [.. valid.SelectMany(shapes => shapes)];
                }
            }
        }

        return [.. alternatives.SelectMany(shapes => shapes)];
    }

    /// <summary>The types of which every value satisfies the alternative, so that none of them can satisfy exactly one.</summary>
    private static JsonTypes Covered(IReadOnlyList<Shape> alternative) => alternative.Where(shape => shape.Values is null)
        .Aggregate(JsonTypes.None, (types, shape) => types | (shape.Types & (JsonTypes.Null | JsonTypes.Boolean
            | (shape.Number == NumberShape.Any ? JsonTypes.Number : 0)
            | (shape.String.Patterns.Count == 0 && shape.String is { Minimum: 0, Maximum: null } ? JsonTypes.String : 0)
            | (ReferenceEquals(shape.Array, ArrayShape.Any) ? JsonTypes.Array : 0)
            | (ReferenceEquals(shape.Object, ObjectShape.Any) ? JsonTypes.Object : 0))));

    /// <summary>The shapes without these types. Values of enum and const are compared one by one instead.</summary>
    private static List<Shape> Without(IReadOnlyList<Shape> shapes, JsonTypes types) =>
        [.. shapes.Select(shape => shape.Values is null && (shape.Types & types) != 0
                ? shape with { Types = shape.Types & ~types, Typed = true }
                : shape)
            .Where(shape => shape.Types != JsonTypes.None)];

    /// <summary>Whether a schema allows everything (true) or nothing (false); null if it depends on the value.</summary>
    private static bool? IsAlways(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Object when !schema.EnumerateObject().Any() => true,
        _ => null,
    };

    private bool AllowsEveryName(SchemaPlace names) => Read(names).Any(shape => (Covered([shape]) & JsonTypes.String) != 0);

    private List<SchemaPlace> Parts(SchemaPlace place, JsonProperty keyword)
    {
        if (keyword.Value.ValueKind != JsonValueKind.Array || keyword.Value.GetArrayLength() == 0)
        {
            throw place.Refuse(keyword.Name, "expected a non-empty array of schemas.");
        }

        return [.. keyword.Value.EnumerateArray().Select((element, i) => _document.Child(place, keyword.Name, i, element))];
    }

    /// <summary>
    /// unevaluatedProperties and unevaluatedItems apply to what all other keywords together leave unspecified.
    /// </summary>
    private IReadOnlyList<Shape> Close(SchemaPlace place, IReadOnlyList<Shape> shapes)
    {
        if (place.Element.TryGetProperty("unevaluatedProperties", out JsonElement properties))
        {
            var rest = SchemaSet.Of(_document.Child(place, "unevaluatedProperties", properties));
            shapes = [.. shapes.Select(
                shape => shape with { Implied = shape.Implied | JsonTypes.Object,
                    Object = shape.Object with { Additional = shape.Object.Additional ?? rest } })];
        }

        if (place.Element.TryGetProperty("unevaluatedItems", out JsonElement items))
        {
            var rest = SchemaSet.Of(_document.Child(place, "unevaluatedItems", items));
            shapes = [.. shapes.Select(shape =>
                shape with { Implied = shape.Implied | JsonTypes.Array, Array = shape.Array with { Items = shape.Array.Items ?? rest } })];
        }

        return shapes;
    }

    private List<Shape> Multiply(IReadOnlyList<Shape> left, IReadOnlyList<Shape> right, SchemaPlace place)
    {
        if (left.Count * (long)right.Count > SchemaLimits.Alternatives)
        {
            throw place.Refuse($"it expands to {left.Count * (long)right.Count} alternatives; the maximum is {SchemaLimits.Alternatives}.");
        }

        List<Shape> product = [];
        foreach (Shape a in left)
        {
            foreach (Shape b in right)
            {
                Spend(Size(a) + Size(b) + ((a.Values?.Count ?? 0) * (b.Values?.Count ?? 0)), place);
                Shape both = a.And(b);
                if (both.Types != JsonTypes.None && both.Values is not { Count: 0 })
                {
                    product.Add(both);
                }
            }
        }

        return product;
    }

    private static int Size(Shape shape) =>
        1 + shape.Object.Properties.Count + shape.Object.Required.Count + shape.Array.Prefix.Count + (shape.Values?.Count ?? 0);

    private List<Shape> MergeAlike(IReadOnlyList<Shape> shapes, SchemaSet set)
    {
        List<Shape> merged = [];
        foreach (Shape shape in shapes)
        {
            Spend(merged.Count * Size(shape), set.Places.Count == 0 ? _document.Root : _document[set.Places[0]]);
            int alike = IsPlainObject(shape)
                ? merged.FindIndex(other => IsPlainObject(other) && other.Object.Merge(shape.Object) is not null)
                : -1;
            if (alike < 0)
            {
                merged.Add(shape);
            }
            else
            {
                merged[alike] = merged[alike] with { Object = merged[alike].Object.Merge(shape.Object)! };
            }
        }

        return merged;

        static bool IsPlainObject(Shape shape) => shape.Generated == JsonTypes.Object && shape.Values is null;
    }

    private void Spend(long work, SchemaPlace place)
    {
        _work += work;
        if (_work > SchemaLimits.Work)
        {
            throw place.Refuse("its combined schemas are too complex to merge.");
        }
    }
}
