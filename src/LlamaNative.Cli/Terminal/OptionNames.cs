using System.Text.RegularExpressions;

namespace LlamaNative.Cli.Terminal;

/// <summary>Replaces the library's option names in its messages by those of the command line.</summary>
internal static partial class OptionNames
{
    private static readonly Dictionary<string, string> s_names = new()
    {
        ["Threads"] = "--threads",
        ["BatchThreads"] = "--threads-batch",
        ["ContextSize"] = "--ctx-size",
        ["BatchSize"] = "--batch-size",
        ["MicroBatchSize"] = "--ubatch-size",
        ["FlashAttention"] = "--flash-attn",
        ["CacheTypeK"] = "--cache-type-k",
        ["CacheTypeV"] = "--cache-type-v",
        ["PoolingType"] = "--pooling",
        ["GpuLayers"] = "--gpu-layers",
        ["TensorPlacements"] = "--override-tensor",
        ["MaxTokens"] = "--predict",
        ["StopSequences"] = "--stop",
        ["KeepSplit"] = "--keep-split",
        ["AllowRequantize"] = "--allow-requantize",
        ["OutputTensorType"] = "--output-tensor-type",
        ["TokenEmbeddingType"] = "--token-embedding-type",
        ["ImportanceMatrix"] = "--imatrix",
        ["OutputType"] = "--type",
        ["PostLayerT"] = "--post-t",
        ["RopeFreqBase"] = "--rope-freq-base",
        ["AllowSkip"] = "--allow-skip",
        ["Temperature"] = "--temp",
        ["TopK"] = "--top-k",
        ["TopP"] = "--top-p",
        ["MinP"] = "--min-p",
        ["TopNSigma"] = "--top-nsigma",
        ["XtcProbability"] = "--xtc-probability",
        ["XtcThreshold"] = "--xtc-threshold",
        ["TypicalP"] = "--typical",
        ["PenaltyLastN"] = "--repeat-last-n",
        ["RepeatPenalty"] = "--repeat-penalty",
        ["FrequencyPenalty"] = "--frequency-penalty",
        ["PresencePenalty"] = "--presence-penalty",
        ["DryMultiplier"] = "--dry-multiplier",
        ["DryBase"] = "--dry-base",
        ["DryAllowedLength"] = "--dry-allowed-length",
        ["DryPenaltyLastN"] = "--dry-penalty-last-n",
        ["DrySequenceBreakers"] = "--dry-sequence-breaker",
        ["AdaptiveTarget"] = "--adaptive-target",
        ["AdaptiveDecay"] = "--adaptive-decay",
        ["DynamicTemperatureRange"] = "--dynatemp-range",
        ["DynamicTemperatureExponent"] = "--dynatemp-exp",
        ["Mirostat"] = "--mirostat",
        ["MirostatEta"] = "--mirostat-lr",
        ["MirostatTau"] = "--mirostat-ent",
        ["LogitBias"] = "--logit-bias",
    };

    // How a user of the tool gets another backend; see the tool's README.
    private const string LibraryAdvice = "Reference LlamaNative.Backend.Vulkan or LlamaNative.Backend.Cuda and install the GPU's driver";
    private const string ToolAdvice = "Set LLAMANATIVE_LIBRARY_DIR to a folder with libraries for the GPU and install its driver";

    /// <summary>The message in the words of the command line.</summary>
    /// <param name="message">The library's message.</param>
    /// <param name="option">The option that an argument exception names; only this one can also be a common word.</param>
    public static string Replace(string message, string? option)
    {
        string text = message.Replace(LibraryAdvice, ToolAdvice, StringComparison.Ordinal);
        return Word().Replace(text, match =>
        {
            string name = match.Groups["name"].Value;
            bool isOption = match.Groups["owner"].Success || name == option || name.Skip(1).Any(char.IsUpper);
            return isOption && s_names.TryGetValue(name, out string? replaced) ? replaced : match.Value;
        });
    }

    /// <summary>A name of C#, alone or after its record, that is not a part of a path or a longer name.</summary>
    [GeneratedRegex(@"(?<![\w./\\-])(?<owner>[A-Z]\w*Options\.)?(?<name>[A-Z]\w+)(?![\w/\\-]|\.\w)", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
