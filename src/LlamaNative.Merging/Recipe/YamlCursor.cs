using System.Globalization;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Recipe;

/// <summary>Reads typed values from YAML nodes; errors name file, key and line.</summary>
internal sealed class YamlCursor(string? file, List<string> warnings)
{
    public MergeException Error(YamlNode node, string message) => new(message, file, line: node.Line);

    /// <summary>Adds a warning for each unknown key of a mapping.</summary>
    public void WarnUnknown(YamlNode mapping, string what, params ReadOnlySpan<string> known)
    {
        foreach ((string key, YamlNode value) in mapping.Entries)
        {
            if (!known.Contains(key))
            {
                warnings.Add($"line {value.Line}: '{key}' is not a key of {what} and is ignored");
            }
        }
    }

    public YamlNode Mapping(YamlNode node, string what) =>
        node.Kind == YamlKind.Mapping ? node : throw Error(node, $"{what} must be a mapping");

    public IReadOnlyList<YamlNode> Items(YamlNode node, string what) =>
        node.Kind == YamlKind.Sequence ? node.Items : throw Error(node, $"{what} must be a list");

    public YamlNode Require(YamlNode mapping, string key, string what) =>
        mapping.Find(key) ?? throw Error(mapping, $"{what} has no '{key}'");

    public string? Text(YamlNode mapping, string key) =>
        mapping.Find(key) is { } node ? AsText(node, key) : null;

    public string AsText(YamlNode node, string what) =>
        node.Kind == YamlKind.Scalar && node.Text.Length > 0 ? node.Text : throw Error(node, $"{what} must be a non-empty string");

    public double AsNumber(YamlNode node, string what) =>
        node.TryGetNumber(out double value) ? value : throw Error(node, $"{what} must be a number, not '{node.Text}'");

    public int AsInteger(YamlNode node, string what) =>
        node.Kind == YamlKind.Scalar && int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Error(node, $"{what} must be an integer, not '{node.Text}'");

    public bool Flag(YamlNode mapping, string key) =>
        mapping.Find(key) is { } node
        && (node.TryGetBoolean(out bool value) ? value : throw Error(node, $"'{key}' must be true or false, not '{node.Text}'"));

    /// <summary>Reads a model name. mergekit's long form <c>{model: {path: …}}</c> is accepted.</summary>
    public string Model(YamlNode node, string what)
    {
        if (node.Kind == YamlKind.Mapping)
        {
            if (node.Find("lora") is { } lora)
            {
                throw Error(lora, "LoRA adapters are not supported; apply the adapter to its model first");
            }

            YamlNode path = Require(node, "model", what);
            return path.Kind == YamlKind.Mapping ? AsText(Require(path, "path", what), what) : AsText(path, what);
        }

        return AsText(node, what);
    }

    /// <summary>Reads a float type by PyTorch's or ggml's name.</summary>
    public GgmlType? FloatType(YamlNode? node)
    {
        if (node is null)
        {
            return null;
        }

        string name = AsText(node, "a dtype");
        return name.Split('.')[^1].ToLowerInvariant() switch
        {
            "float32" or "f32" or "fp32" or "float" => GgmlType.F32,
            "float16" or "f16" or "fp16" or "half" => GgmlType.F16,
            "bfloat16" or "bf16" => GgmlType.BF16,
            "auto" => null,
            _ => throw Error(node, $"dtype must be float32, float16 or bfloat16, not '{name}'"),
        };
    }
}
