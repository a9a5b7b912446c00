namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Constraints on an object: declared properties in order, required names, and the schema of other properties (null if
/// unspecified).
/// </summary>
internal sealed record ObjectShape(
    PropertyList Properties,
    IReadOnlyList<string> Required,
    SchemaSet? Additional,
    int Minimum,
    int? Maximum)
{
    public static ObjectShape Any { get; } = new(new PropertyList([]), [], null, 0, null);

    public string Key =>
        $"{string.Join(',', Properties.Select(property => $"{property.Name.Length}:{property.Name}={property.Schema.Key}"))};"
        + $"{string.Join(',', Required.Order(StringComparer.Ordinal).Select(name => $"{name.Length}:{name}"))};"
        + $"{Additional?.Key ?? "-"};{Minimum};{Maximum}";

    /// <summary>
    /// Whether undeclared properties are never generated. If a schema declares properties and does not mention others, these
    /// are valid but not generated, as in llama.cpp: this keeps a model from inventing properties.
    /// </summary>
    public bool IsClosedByDefault => Additional is null && Properties.Count > 0;

    /// <summary>The schemas that apply to a property of this name.</summary>
    public SchemaSet SchemaOf(string name) => Properties.Find(name) ?? Additional ?? SchemaSet.Any;

    public ObjectShape And(ObjectShape other)
    {
        if (ReferenceEquals(this, Any) || ReferenceEquals(other, Any))
        {
            return ReferenceEquals(this, Any) ? other : this;
        }

        IEnumerable<string> names = Properties.Concat(other.Properties).Select(property => property.Name).Distinct(StringComparer.Ordinal);
        return new ObjectShape(
            new PropertyList(names.Select(name => new ObjectProperty(name, SchemaOf(name).And(other.SchemaOf(name))))),
            [.. Required.Union(other.Required, StringComparer.Ordinal)],
            Additional is null ? other.Additional : other.Additional is null ? Additional : Additional.And(other.Additional),
            Math.Max(Minimum, other.Minimum),
            Maximum is null ? other.Maximum : Math.Min(Maximum.Value, other.Maximum ?? int.MaxValue));
    }

    /// <summary>
    /// Merges two alternatives that differ only in properties that are optional in both: each allows the other's properties
    /// anyway, and one alternative is less work to match than two. Null if they differ otherwise.
    /// </summary>
    public ObjectShape? Merge(ObjectShape other)
    {
        bool alike = IsClosedByDefault && other.IsClosedByDefault
            && (Minimum, Maximum) == (other.Minimum, other.Maximum)
            && Required.Count == other.Required.Count && Required.ToHashSet(StringComparer.Ordinal).SetEquals(other.Required)
            && Required.All(name => Properties.Find(name) is not null && other.Properties.Find(name) is not null)
            && Properties.All(property => other.Properties.Find(property.Name) is not SchemaSet same || same.Equals(property.Schema));
        return alike
            ? this with
            {
                Properties = new PropertyList(Properties.UnionBy(other.Properties, property => property.Name, StringComparer.Ordinal)),
            }
            : null;
    }
}

/// <summary>Declared properties in order, with unique names.</summary>
internal sealed class PropertyList : IEnumerable<ObjectProperty>
{
    private readonly ObjectProperty[] _properties;
    private readonly Dictionary<string, SchemaSet> _byName;

    public PropertyList(IEnumerable<ObjectProperty> properties)
    {
        _properties = [.. properties];
        _byName = _properties.ToDictionary(property => property.Name, property => property.Schema, StringComparer.Ordinal);
    }

    public int Count => _properties.Length;

    /// <summary>The schemas of a declared property, or null if the name is not declared.</summary>
    public SchemaSet? Find(string name) => _byName.GetValueOrDefault(name);

    public IEnumerator<ObjectProperty> GetEnumerator() => ((IEnumerable<ObjectProperty>)_properties).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => _properties.GetEnumerator();
}

/// <summary>A declared property and its schemas.</summary>
internal sealed record ObjectProperty(string Name, SchemaSet Schema);
