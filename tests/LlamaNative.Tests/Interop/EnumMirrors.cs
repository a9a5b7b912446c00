using System.Globalization;

namespace LlamaNative.Tests.Interop;

/// <summary>Maps managed enums to C enums and compares their values.</summary>
internal static class EnumMirrors
{
    /// <summary>
    /// Managed enums whose name does not follow from the C name. The rest is found without being named here:
    /// <c>llama_split_mode</c> is <c>llama_split_mode</c>, <c>LlamaSplitMode</c> or <c>SplitMode</c>.
    /// </summary>
    private static readonly Dictionary<string, string> s_managedNames = new()
    {
        ["gguf_type"] = "GgufValueType",
        ["llama_vocab_type"] = "VocabularyType",
        ["llama_token_attr"] = "TokenAttributes",
        ["llama_split_mode"] = "GpuSplitMode",
        ["llama_load_mode"] = "ModelLoadMode",
        ["llama_flash_attn_type"] = "FlashAttention",
        ["llama_rope_scaling_type"] = "RopeScaling",
        ["ggml_backend_dev_type"] = "DeviceKind",
        ["llama_ftype"] = "ModelFileType",
        ["ggml_sort_order"] = "SortOrder",
        ["llama_token_type"] = "GgufTokenType",
    };

    /// <summary>Managed members whose name differs from C, as "Enum.Member", with the C name.</summary>
    private static readonly Dictionary<string, string> s_memberNames = new()
    {
        ["VocabularyType.SentencePiece"] = "LLAMA_VOCAB_TYPE_SPM",
        ["VocabularyType.BytePairEncoding"] = "LLAMA_VOCAB_TYPE_BPE",
        ["VocabularyType.WordPiece"] = "LLAMA_VOCAB_TYPE_WPM",
        ["VocabularyType.Unigram"] = "LLAMA_VOCAB_TYPE_UGM",
        ["TokenAttributes.None"] = "LLAMA_TOKEN_ATTR_UNDEFINED",
        ["TokenAttributes.LeftStrip"] = "LLAMA_TOKEN_ATTR_LSTRIP",
        ["TokenAttributes.RightStrip"] = "LLAMA_TOKEN_ATTR_RSTRIP",
        ["ModelLoadMode.Read"] = "LLAMA_LOAD_MODE_NONE",
        ["ModelLoadMode.MemoryMap"] = "LLAMA_LOAD_MODE_MMAP",
        ["ModelLoadMode.MemoryLock"] = "LLAMA_LOAD_MODE_MLOCK",
        ["ModelLoadMode.MemoryMapAndLock"] = "LLAMA_LOAD_MODE_MMAP_MLOCK",
        ["RopeScaling.FromModel"] = "LLAMA_ROPE_SCALING_TYPE_UNSPECIFIED",
        ["PoolingType.FromModel"] = "LLAMA_POOLING_TYPE_UNSPECIFIED",
        ["AttentionType.FromModel"] = "LLAMA_ATTENTION_TYPE_UNSPECIFIED",
        ["ContextType.MultiTokenPrediction"] = "LLAMA_CONTEXT_TYPE_MTP",
        ["DeviceKind.IntegratedGpu"] = "GGML_BACKEND_DEVICE_TYPE_IGPU",
        ["SortOrder.Ascending"] = "GGML_SORT_ORDER_ASC",
        ["SortOrder.Descending"] = "GGML_SORT_ORDER_DESC",
        ["DeviceKind.Accelerator"] = "GGML_BACKEND_DEVICE_TYPE_ACCEL",
    };

    /// <summary>C names that a managed enum may do without (counts and second names may be left out anyway).</summary>
    private static readonly HashSet<string> s_omitted =
    [
        "LLAMA_FTYPE_GUESSED", // a state of the loader, not a type of file
        "LLAMA_TOKEN_TYPE_UNDEFINED", // not used in files
        "LLAMA_VOCAB_TYPE_TEST", // from v0.5.0 on: a dummy of llama.cpp's own tests
    ];

    public static IEnumerable<string> NamedInManagedCode => s_managedNames.Values;

    public static Type[] Find(string nativeName, IEnumerable<Type> types)
    {
        string pascal = string.Concat(nativeName.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        string withoutPrefix = pascal.StartsWith("Llama", StringComparison.Ordinal) ? pascal["Llama".Length..] : pascal;
        HashSet<string> names = [nativeName, pascal, withoutPrefix];
        if (s_managedNames.TryGetValue(nativeName, out string? named))
        {
            names.Add(named);
        }

        return [.. types.Where(type => type.IsEnum && names.Contains(type.Name))];
    }

    /// <summary>Every managed member must be a C name with that number, and every C number must have a managed member.</summary>
    public static List<string> Differences(Type managed, IReadOnlyDictionary<string, long> native)
    {
        List<string> differences = [];
        HashSet<long> numbers = [];
        foreach (string member in Enum.GetNames(managed))
        {
            long number = Convert.ToInt64(Enum.Parse(managed, member), CultureInfo.InvariantCulture);
            numbers.Add(number);
            string name = s_memberNames.GetValueOrDefault($"{managed.Name}.{member}", member);
            if (!native.Any(value => value.Value == number && Plain(value.Key).EndsWith(Plain(name), StringComparison.Ordinal)))
            {
                differences.Add($"{managed.Name}.{member} = {number} is none of C's values");
            }
        }

        differences.AddRange(native
            .Where(value => !numbers.Contains(value.Value) && !value.Key.EndsWith("_COUNT", StringComparison.Ordinal)
                && !s_omitted.Contains(value.Key))
            .Select(value => $"{value.Key} = {value.Value} has no member in {managed.Name}"));
        return differences;
    }

    // LLAMA_ATTENTION_TYPE_NON_CAUSAL and NonCausal end alike once underscores and case are gone.
    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
