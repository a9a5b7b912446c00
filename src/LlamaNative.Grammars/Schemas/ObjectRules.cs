namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Rules for objects. Properties have one fixed order, and each optional one may be absent: pick(i) is the next member from
/// property i on, rest(i) is what follows a member. The comma is part of rest, so it is matched once and not per property. The
/// rules are right-recursive, so the work grows with the number of properties, not their combinations.
/// </summary>
internal sealed class ObjectRules
{
    private readonly SchemaGrammarWriter _writer;
    private readonly ObjectShape _shape;
    private readonly string _hint;
    private readonly List<ObjectProperty> _properties = [];
    private readonly HashSet<string> _required;
    private readonly int[] _requiredFrom;
    private readonly SchemaSet? _additional;
    private readonly string? _missing;

    public ObjectRules(SchemaGrammarWriter writer, ObjectShape shape, string hint)
    {
        _writer = writer;
        _shape = shape;
        _hint = hint;
        _required = new HashSet<string>(shape.Required, StringComparer.Ordinal);
        IEnumerable<ObjectProperty> undeclared = shape.Required.Where(name => shape.Properties.Find(name) is null)
            .Select(name => new ObjectProperty(name, shape.SchemaOf(name)));
        foreach (ObjectProperty property in shape.Properties.Concat(undeclared))
        {
            if (writer.IsPossible(property.Schema))
            {
                _properties.Add(property);
            }
            else if (_required.Contains(property.Name))
            {
                _missing = property.Name;
            }
        }

        if (writer.Options.PropertyOrder == JsonPropertyOrder.RequiredFirst)
        {
            _properties = [.. _properties.OrderByDescending(property => _required.Contains(property.Name))];
        }

        _requiredFrom = new int[_properties.Count + 1];
        for (int i = _properties.Count - 1; i >= 0; i--)
        {
            _requiredFrom[i] = _requiredFrom[i + 1] + (_required.Contains(_properties[i].Name) ? 1 : 0);
        }

        _additional = shape.IsClosedByDefault ? null : shape.Additional ?? SchemaSet.Any;
        _additional = _additional is not null && writer.IsPossible(_additional) ? _additional : null;
    }

    /// <summary>
    /// An unsupported constraint of this object, or null. A grammar cannot ensure that undeclared names differ, so only one
    /// undeclared property counts towards minProperties.
    /// </summary>
    public string? Problem => _additional is not null && _shape.Minimum > _requiredFrom[0] + 1
        ? $"minProperties {_shape.Minimum} needs several distinct undeclared properties, which a grammar cannot express." : null;

    /// <summary>Whether a valid object exists that is small enough to generate.</summary>
    public bool IsPossible => _missing is null && !(_shape.Minimum > _shape.Maximum) && CanFinish(0, 0)
        && _shape.Minimum <= SchemaLimits.Properties;

    public string Write()
    {
        _writer.Rules.Json("space");
        if (_properties.Count == 0 && _additional is not null && (_shape.Minimum, _shape.Maximum) != (0, null))
        {
            return WriteMap();
        }

        if (!CanAdd(0, 0))
        {
            return "\"{\" space \"}\"";
        }

        return CanStop(0, 0) ? $"\"{{\" space ({Pick(0, 0)} space)? \"}}\"" : $"\"{{\" space {Pick(0, 0)} space \"}}\"";
    }

    /// <summary>An object without declared properties is a repetition of members.</summary>
    private string WriteMap()
    {
        string more = _writer.Rules.Rule(_hint + "-more", $"\",\" space {Member(0)}");
        string rest = _shape.Maximum == 0 ? "" : Repetition.Write(_writer.Rules, more, Math.Max(_shape.Minimum - 1, 0), _shape.Maximum - 1);
        string members = $"{Member(0)} {rest}".TrimEnd();
        return _shape.Maximum == 0 ? "\"{\" space \"}\"" : _shape.Minimum == 0
            ? $"\"{{\" space ({members} space)? \"}}\""
            : $"\"{{\" space {members} space \"}}\"";
    }

    /// <summary>Number of members written so far, as far as minProperties and maxProperties depend on it.</summary>
    private int Count(int members) => Math.Min(members,
        _shape.Maximum is null ? _shape.Minimum : Math.Max(_shape.Minimum, _shape.Maximum.Value));

    private bool CanStop(int index, int members) => _requiredFrom[index] == 0 && members >= _shape.Minimum;

    private bool CanFinish(int index, int members) =>
        !(members + _requiredFrom[index] > _shape.Maximum)
        && (_additional is not null || members + _properties.Count - index >= _shape.Minimum);

    /// <summary>Whether another member from property i on can lead to a complete object.</summary>
    private bool CanAdd(int index, int members) =>
        (index < _properties.Count || _additional is not null) && !(members >= _shape.Maximum) && CanFinish(index, members);

    private string Pick(int index, int members)
    {
        if (index < _properties.Count && _required.Contains(_properties[index].Name))
        {
            return $"{Member(index)} {Rest(index + 1, members + 1)}".TrimEnd();
        }

        return _writer.Rules.Rule($"{Key} pick {index} {members}", _hint + "-members", () =>
        {
            List<string> ways = [];
            if (CanFinish(Math.Min(index + 1, _properties.Count), members + 1))
            {
                ways.Add($"{Member(index)} {Rest(Math.Min(index + 1, _properties.Count), members + 1)}".TrimEnd());
            }

            if (index < _properties.Count && CanAdd(index + 1, members))
            {
                ways.Add(Pick(index + 1, members));
            }

            return string.Join(" | ", ways);
        });
    }

    private string Rest(int index, int members)
    {
        members = Count(members);
        if (!CanAdd(index, members))
        {
            return "";
        }

        // The empty alternative comes first, because in GBNF a rule continues on the next line after a trailing bar.
        return CanStop(index, members)
            ? _writer.Rules.Rule($"{Key} rest {index} {members}", _hint + "-rest", () => $"| \",\" space {Pick(index, members)}")
            : $"\",\" space {Pick(index, members)}";
    }

    private string Key => $"object {_shape.Key}";

    /// <summary>A member: the declared property, or any undeclared one.</summary>
    private string Member(int index)
    {
        if (index < _properties.Count)
        {
            (string name, SchemaSet schema) = _properties[index];
            return _writer.Rules.Rule($"member {name.Length}:{name} {schema.Key}", $"{_hint}-{name}-member", () =>
                $"{JsonStringRules.Literal(name, _writer.Rules)} space \":\" space {_writer.Value(schema, $"{_hint}-{name}")}");
        }

        string[] declared = [.. _shape.Properties.Select(property => property.Name).Concat(_shape.Required)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string names = string.Concat(declared.Select(name => $"{name.Length}:{name}"));
        return _writer.Rules.Rule($"other {names} {_additional!.Key}", _hint + "-other", () =>
            $"{_writer.OtherThan(declared, _hint + "-key")} space \":\" space {_writer.Value(_additional, _hint + "-value")}");
    }
}
