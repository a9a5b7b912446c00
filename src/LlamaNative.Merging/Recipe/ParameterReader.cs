namespace LlamaNative.Merging.Recipe;

/// <summary>Reads the <c>parameters</c> of a recipe: scalars, gradients, and filtered lists of these.</summary>
internal sealed class ParameterReader(YamlCursor cursor, MethodTraits method, List<string> warnings)
{
    public IReadOnlyDictionary<string, ParameterSetting> Read(YamlNode? node)
    {
        if (node is null)
        {
            return MergeRecipe.NoParameters;
        }

        var parameters = new Dictionary<string, ParameterSetting>(StringComparer.Ordinal);
        foreach ((string name, YamlNode value) in cursor.Mapping(node, "'parameters'").Entries)
        {
            if (!method.Parameters.Contains(name))
            {
                // Recipes often set another method's parameters; a parameter unknown to all methods is a mistake.
                if (!MethodTraits.Knows(name))
                {
                    string known = method.Parameters.Count == 0 ? "none" : string.Join(", ", method.Parameters);
                    throw cursor.Error(value, $"unknown parameter '{name}'; {method.Name} has {known}");
                }

                warnings.Add($"line {value.Line}: {method.Name} does not use '{name}'");
            }

            if (!value.IsNull)
            {
                parameters.Add(name, new ParameterSetting(ReadEntries(value, name), value.Line));
            }
        }

        return parameters;
    }

    private List<(string? Filter, ParameterValue? Value)> ReadEntries(YamlNode node, string name)
    {
        if (node.Kind == YamlKind.Mapping)
        {
            return [ReadEntry(node, name)];
        }

        return node.Kind == YamlKind.Sequence && node.Items.Any(item => item.Kind == YamlKind.Mapping)
            ? [.. node.Items.Select(item => ReadEntry(item, name))]
            : [(null, ReadValue(node, name))];
    }

    private (string? Filter, ParameterValue? Value) ReadEntry(YamlNode node, string name)
    {
        cursor.Mapping(node, $"an entry of '{name}' next to entries with filters");
        cursor.WarnUnknown(node, $"an entry of '{name}'", "filter", "value");
        if (!node.Entries.Any(entry => entry.Key == "value"))
        {
            throw cursor.Error(node, $"an entry of '{name}' has no 'value'");
        }

        return (cursor.Text(node, "filter"), node.Find("value") is { } value ? ReadValue(value, name) : null);
    }

    private ParameterValue ReadValue(YamlNode node, string name)
    {
        if (node.Kind == YamlKind.Scalar)
        {
            return new ConstantValue(node.TryGetNumber(out double number) ? number : cursor.AsText(node, $"'{name}'"));
        }

        IReadOnlyList<YamlNode> items = cursor.Items(node, $"a value of '{name}'");
        if (items.Count == 0)
        {
            throw cursor.Error(node, $"'{name}' must not be an empty list");
        }

        bool numbers = items[0].TryGetNumber(out _);
        return numbers
            ? new GradientValue([.. items.Select(item => cursor.AsNumber(item, $"an element of '{name}'"))])
            : new WordListValue(
                [.. items.Select(item => item.TryGetNumber(out _)
                    ? throw cursor.Error(item, $"'{name}' must not mix strings and numbers")
                    : cursor.AsText(item, $"an element of '{name}'"))]);
    }
}
