using System.CommandLine;
using System.CommandLine.Parsing;
using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options for flash attention and the KV cache types, spelled as in llama.cpp's tools.</summary>
internal static class CacheArguments
{
    private static readonly GgmlType[] s_types =
        [GgmlType.F32, GgmlType.F16, GgmlType.BF16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q4_1, GgmlType.IQ4_NL,
            GgmlType.Q5_0, GgmlType.Q5_1];

    public static Option<FlashAttention> FlashAttentionOption() => new("--flash-attn", "-fa")
    {
        Description = "Flash attention: on, off, or auto to use it where the devices support it",
        HelpName = "on|off|auto",
        CustomParser = ParseFlashAttention,
        DefaultValueFactory = _ => FlashAttention.Auto,
    };

    public static Option<GgmlType> TypeOption(string name, string alias, string what) => new(name, alias)
    {
        Description = $"The type of the cached {what}: {string.Join(", ", s_types.Select(NameOf))}",
        HelpName = "TYPE",
        CustomParser = ParseType,
        DefaultValueFactory = _ => GgmlType.F16,
    };

    /// <summary>ggml's name for a type, e.g. <c>q8_0</c>.</summary>
    public static string NameOf(GgmlType type) => type.ToString().ToLowerInvariant();

    private static FlashAttention ParseFlashAttention(ArgumentResult result)
    {
        switch (result.Tokens[0].Value)
        {
            case "on" or "1":
                return FlashAttention.Enabled;
            case "off" or "0":
                return FlashAttention.Disabled;
            case "auto" or "-1":
                return FlashAttention.Auto;
            default:
                result.AddError($"--flash-attn takes on, off or auto, not '{result.Tokens[0].Value}'.");
                return default;
        }
    }

    private static GgmlType ParseType(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        foreach (GgmlType type in s_types)
        {
            if (string.Equals(NameOf(type), text, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        result.AddError($"'{text}' is not a cache type; choose from {string.Join(", ", s_types.Select(NameOf))}.");
        return default;
    }
}
