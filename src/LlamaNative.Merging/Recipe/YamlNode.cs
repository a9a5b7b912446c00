using System.Globalization;

namespace LlamaNative.Merging.Recipe;

internal enum YamlKind
{
    Scalar,
    Sequence,
    Mapping,
}

/// <summary>A piece of YAML with the line it stands on. Aliases share nodes, so nothing here may be changed.</summary>
internal sealed class YamlNode
{
    public required YamlKind Kind { get; init; }

    /// <summary>Counted from 1.</summary>
    public required int Line { get; init; }

    public string Text { get; init; } = "";

    /// <summary>A plain scalar may be a number, a boolean or null; a quoted one is a string.</summary>
    public bool Plain { get; init; }

    public IReadOnlyList<YamlNode> Items { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, YamlNode>> Entries { get; init; } = [];

    /// <summary>Nodes there would be if every alias were written out.</summary>
    public int Size { get; init; } = 1;

    public bool IsNull => Kind == YamlKind.Scalar && Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    public YamlNode? Find(string key)
    {
        foreach ((string name, YamlNode node) in Entries)
        {
            if (name == key)
            {
                return node.IsNull ? null : node;
            }
        }

        return null;
    }

    /// <summary>A boolean as PyYAML reads one, which is what recipes are written for.</summary>
    public bool TryGetBoolean(out bool value)
    {
        bool isTrue = Kind == YamlKind.Scalar && Plain && Text.ToLowerInvariant() is "true" or "yes" or "on";
        value = isTrue;
        return isTrue || (Kind == YamlKind.Scalar && Plain && Text.ToLowerInvariant() is "false" or "no" or "off");
    }

    /// <summary>A finite number; booleans count 1 and 0.</summary>
    public bool TryGetNumber(out double value)
    {
        if (TryGetBoolean(out bool flag))
        {
            value = flag ? 1 : 0;
            return true;
        }

        value = 0;
        return Kind == YamlKind.Scalar
            && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }
}
