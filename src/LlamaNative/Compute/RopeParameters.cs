namespace LlamaNative.Compute;

/// <summary>Which elements of a row are rotated as pairs. The values match GGML_ROPE_TYPE in ggml.h.</summary>
public enum RopeMode
{
    /// <summary>Adjacent elements: 0 with 1, 2 with 3 (LLaMA in GGUF files).</summary>
    Normal = 0,

    /// <summary>Halves: i with i + n/2 (GPT-NeoX, Qwen, Phi).</summary>
    Neox = 2,
}

/// <summary>
/// Rotary position embedding (Su et al., "RoFormer", 2021) with the scaling of YaRN (Peng et al., 2023). Pair i of a row at position p is
/// rotated by the angle p · base^(-2i/n) · scale, divided by the pair's frequency factor if there is one.
/// </summary>
public sealed record RopeParameters
{
    /// <summary>The number of elements of a row to rotate, starting with the first. Must be even.</summary>
    public required int DimensionCount { get; init; }

    /// <summary>Which elements form a pair.</summary>
    public RopeMode Mode { get; init; }

    /// <summary>The frequency base (theta).</summary>
    public float FrequencyBase { get; init; } = 10000;

    /// <summary>The scale of positions; 0.5 doubles the context by linear interpolation.</summary>
    public float FrequencyScale { get; init; } = 1;

    /// <summary>YaRN: the context length of the model's training, in tokens.</summary>
    public int OriginalContextLength { get; init; }

    /// <summary>YaRN: the extrapolation mix factor; 0 disables YaRN.</summary>
    public float ExtrapolationFactor { get; init; }

    /// <summary>YaRN: the magnitude scale of the rotated values.</summary>
    public float AttentionFactor { get; init; } = 1;

    /// <summary>YaRN: the number of rotations over the original context above which a pair is extrapolated.</summary>
    public float BetaFast { get; init; } = 32;

    /// <summary>YaRN: the number of rotations over the original context below which a pair is interpolated.</summary>
    public float BetaSlow { get; init; } = 1;
}
