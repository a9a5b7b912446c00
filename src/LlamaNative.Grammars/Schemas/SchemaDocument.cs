using System.Globalization;
using System.Text.Json;

namespace LlamaNative.Grammars.Schemas;

/// <summary>A schema as numbered locations, so that repeated and recursive locations are recognized.</summary>
internal sealed class SchemaDocument
{
    private readonly JsonElement _root;
    private readonly Action<JsonSchemaWidening>? _onWidened;
    private readonly List<SchemaPlace> _places = [];
    private readonly Dictionary<string, SchemaPlace> _byPointer = new(StringComparer.Ordinal);
    private readonly HashSet<string> _widened = new(StringComparer.Ordinal);
    private SchemaNames? _names;

    public SchemaDocument(JsonElement root, Action<JsonSchemaWidening>? onWidened = null) => (_root, _onWidened) = (root, onWidened);

    public SchemaPlace Root => At("", _root);

    public SchemaPlace this[int id] => _places[id];

    public SchemaPlace Child(SchemaPlace parent, string keyword, JsonElement element) => At(Below(parent.Pointer, keyword), element);

    public SchemaPlace Child(SchemaPlace parent, string keyword, int index, JsonElement element) =>
        At(Below(Below(parent.Pointer, keyword), index.ToString(CultureInfo.InvariantCulture)), element);

    public SchemaPlace Child(SchemaPlace parent, string keyword, string name, JsonElement element) =>
        At(Below(Below(parent.Pointer, keyword), name), element);

    /// <summary>A keyword that a grammar cannot express: reports it once if the caller accepts a wider grammar.</summary>
    /// <exception cref="JsonSchemaException">The caller wants an exact grammar.</exception>
    public void Unsupported(SchemaPlace place, string keyword, string problem)
    {
        JsonSchemaException refusal = place.Refuse(keyword, problem);
        if (_onWidened is null)
        {
            throw refusal;
        }

        if (_widened.Add(refusal.JsonPointer))
        {
            _onWidened(new JsonSchemaWidening(refusal.JsonPointer, problem));
        }
    }

    /// <summary>The location that a $ref names. Only this document's locations can be referenced; nothing is fetched.</summary>
    public SchemaPlace Resolve(string reference, SchemaPlace from)
    {
        int hash = reference.IndexOf('#', StringComparison.Ordinal);
        string document = hash < 0 ? reference : reference[..hash];
        string fragment = hash < 0 ? "" : reference[(hash + 1)..];
        _names ??= new SchemaNames(_root);
        string start = document.Length == 0 ? "" : _names.FindId(document) ?? throw from.Refuse(
            $"the reference '{reference}' points outside this document, which has no $id '{document}'.");
        if (fragment.Length > 0 && fragment[0] != '/')
        {
            start = _names.FindAnchor(fragment) ?? throw from.Refuse(
                $"the reference '{reference}' does not exist in this schema, which has no $anchor '{fragment}'.");
            fragment = "";
        }

        JsonElement element = _root;
        string pointer = "";
        foreach (string part in (start + fragment).Split('/').Skip(1))
        {
            string name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0",
                "~", StringComparison.Ordinal);
            bool found = element.ValueKind switch
            {
                JsonValueKind.Object => element.TryGetProperty(name, out element),
                JsonValueKind.Array => TryGetItem(element, name, out element),
                _ => false,
            };
            if (!found)
            {
                throw from.Refuse($"the reference '{reference}' does not exist in this schema.");
            }

            pointer = Below(pointer, name);
        }

        return At(pointer, element);
    }

    private static bool TryGetItem(JsonElement array, string name, out JsonElement item)
    {
        bool found = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < array.GetArrayLength();
        item = found ? array[index] : default;
        return found;
    }

    private static string Below(string pointer, string name) =>
        pointer + "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private SchemaPlace At(string pointer, JsonElement element)
    {
        if (!_byPointer.TryGetValue(pointer, out SchemaPlace? place))
        {
            place = new SchemaPlace(_places.Count, pointer, element);
            _places.Add(place);
            _byPointer.Add(pointer, place);
        }

        return place;
    }
}

/// <summary>A location in the document that has a schema.</summary>
internal sealed record SchemaPlace(int Id, string Pointer, JsonElement Element)
{
    /// <summary>The value of a keyword. Null is as if it were absent: Go writes it for an empty list that it means to leave out.</summary>
    public bool TryGet(string keyword, out JsonElement value)
    {
        bool found = Element.TryGetProperty(keyword, out value) && value.ValueKind != JsonValueKind.Null;
        value = found ? value : default;
        return found;
    }

    public JsonSchemaException Refuse(string problem) => new(Pointer, problem);

    public JsonSchemaException Refuse(string keyword, string problem) => new($"{Pointer}/{keyword}", problem);
}

/// <summary>
/// The conjunction of the schemas at these locations; an empty set allows any value. Equal sets have equal keys, so each
/// becomes one rule, and a recursive schema becomes a recursive rule.
/// </summary>
internal sealed class SchemaSet : IEquatable<SchemaSet>
{
    private readonly int[] _places;

    private SchemaSet(int[] places) => _places = places;

    public static SchemaSet Any { get; } = new([]);

    public IReadOnlyList<int> Places => _places;

    public string Key => string.Join('+', _places);

    public static SchemaSet Of(SchemaPlace place) => place.Element.ValueKind == JsonValueKind.True ? Any : new SchemaSet([place.Id]);

    public SchemaSet And(SchemaSet other) => other._places.Length == 0 ? this : new SchemaSet([.. _places.Union(other._places).Order()]);

    public bool Equals(SchemaSet? other) => other is not null && _places.AsSpan().SequenceEqual(other._places);

    public override bool Equals(object? obj) => Equals(obj as SchemaSet);

    public override int GetHashCode() => _places.Aggregate(17, HashCode.Combine);
}
