namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// The constraints on an object: its declared properties in order, the names it must have, and what other properties
/// must satisfy (null where nothing is said).
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
        + $"{string.Join(',', Required.Order(StringComparer.Ordinal).Select(name => $"{name.Length}:{name}"))};{Additional?.Key ?? "-"};{Minimum};{Maximum}";

    /// <summary>
    /// Whether no undeclared property is generated. Where a schema declares properties and says nothing of others, they
    /// are valid but not generated, as in llama.cpp: that keeps a model from inventing them.
    /// </summary>
    public bool IsClosedByDefault => Additional is null && Properties.Count > 0;

    /// <summary>What a property of this name must satisfy.</summary>
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
    /// Two alternatives that differ only in properties both may lack, as one that may have them all: each alternative
    /// allows the other's properties anyway, and one alternative is less work to follow than two. Null where they differ
    /// otherwise.
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

/// <summary>Declared properties in order, each name once.</summary>
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

    /// <summary>What a declared property's value must satisfy, or null where none of that name is declared.</summary>
    public SchemaSet? Find(string name) => _byName.GetValueOrDefault(name);

    public IEnumerator<ObjectProperty> GetEnumerator() => ((IEnumerable<ObjectProperty>)_properties).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => _properties.GetEnumerator();
}

/// <summary>A declared property and what its value must satisfy.</summary>
internal sealed record ObjectProperty(string Name, SchemaSet Schema);
