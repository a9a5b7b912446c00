using System.Globalization;

namespace LlamaNative.Merging.Recipe;

internal enum YamlKind
{
    Scalar,
    Sequence,
    Mapping,
}

/// <summary>A YAML node with its line. Aliases share nodes, so nodes are immutable.</summary>
internal sealed class YamlNode
{
    public required YamlKind Kind { get; init; }

    /// <summary>The line, counted from 1.</summary>
    public required int Line { get; init; }

    public string Text { get; init; } = "";

    /// <summary>Whether a scalar is unquoted and may be a number, a boolean or null; a quoted one is a string.</summary>
    public bool Plain { get; init; }

    public IReadOnlyList<YamlNode> Items { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, YamlNode>> Entries { get; init; } = [];

    /// <summary>Number of nodes after expanding aliases.</summary>
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

    /// <summary>Parses a boolean like PyYAML, which recipes are written for.</summary>
    public bool TryGetBoolean(out bool value)
    {
        bool isTrue = Kind == YamlKind.Scalar && Plain && Text.ToLowerInvariant() is "true" or "yes" or "on";
        value = isTrue;
        return isTrue || (Kind == YamlKind.Scalar && Plain && Text.ToLowerInvariant() is "false" or "no" or "off");
    }

    /// <summary>Parses a finite number; booleans are 1 and 0.</summary>
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
