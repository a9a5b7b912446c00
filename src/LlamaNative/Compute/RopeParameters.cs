namespace LlamaNative.Compute;

/// <summary>Which elements of a row are rotated together; the values are those of GGML_ROPE_TYPE in ggml.h.</summary>
public enum RopeMode
{
    /// <summary>Neighbours: 0 with 1, 2 with 3 (LLaMA in GGUF files).</summary>
    Normal = 0,

    /// <summary>Halves: i with i + n/2 (GPT-NeoX, Qwen, Phi).</summary>
    Neox = 2,
}

/// <summary>
/// Rotary position embedding (Su et al., "RoFormer", 2021) with the scaling of YaRN (Peng et al., 2023). The pair i of
/// a row at position p turns by p · base^(-2i/n) · scale, divided by the pair's frequency factor where there is one.
/// </summary>
public sealed record RopeParameters
{
    /// <summary>How many elements of a row turn, from the first on: even.</summary>
    public required int DimensionCount { get; init; }

    /// <summary>Which elements turn together.</summary>
    public RopeMode Mode { get; init; }

    /// <summary>The base of the frequencies.</summary>
    public float FrequencyBase { get; init; } = 10000;

    /// <summary>The factor of positions: 0.5 doubles the context by interpolation.</summary>
    public float FrequencyScale { get; init; } = 1;

    /// <summary>YaRN: the context the model was trained with, in tokens.</summary>
    public int OriginalContextLength { get; init; }

    /// <summary>YaRN: how much extrapolation is mixed in; 0 turns YaRN off.</summary>
    public float ExtrapolationFactor { get; init; }

    /// <summary>YaRN: the factor of the rotated values.</summary>
    public float AttentionFactor { get; init; } = 1;

    /// <summary>YaRN: the turns over the original context above which a pair is extrapolated.</summary>
    public float BetaFast { get; init; } = 32;

    /// <summary>YaRN: the turns below which a pair is interpolated.</summary>
    public float BetaSlow { get; init; } = 1;
}
