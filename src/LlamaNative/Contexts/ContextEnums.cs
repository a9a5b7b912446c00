namespace LlamaNative.Contexts;

/// <summary>When to compute attention in one fused step; the values are those of <c>llama_flash_attn_type</c>.</summary>
public enum FlashAttention
{
    /// <summary>Where the devices support it.</summary>
    Auto = -1,

    /// <summary>Never.</summary>
    Disabled = 0,

    /// <summary>Always.</summary>
    Enabled = 1,
}

/// <summary>How RoPE is stretched beyond the trained context; the values are those of <c>llama_rope_scaling_type</c>.</summary>
public enum RopeScaling
{
    /// <summary>As the model says.</summary>
    FromModel = -1,

    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Positions are divided by a factor.</summary>
    Linear = 1,

    /// <summary>YaRN, arXiv:2309.00071.</summary>
    Yarn = 2,

    /// <summary>LongRoPE, arXiv:2402.13753.</summary>
    LongRope = 3,
}

/// <summary>How token embeddings become one for a sequence; the values are those of <c>llama_pooling_type</c>.</summary>
public enum PoolingType
{
    /// <summary>As the model says.</summary>
    FromModel = -1,

    /// <summary>Not at all: one embedding for each token.</summary>
    None = 0,

    /// <summary>The mean over the tokens.</summary>
    Mean = 1,

    /// <summary>That of the first token.</summary>
    Cls = 2,

    /// <summary>That of the last token.</summary>
    Last = 3,

    /// <summary>The output of a classification head, as reranking models have it.</summary>
    Rank = 4,
}

/// <summary>Which tokens a token sees; the values are those of <c>llama_attention_type</c>.</summary>
public enum AttentionType
{
    /// <summary>As the model says.</summary>
    FromModel = -1,

    /// <summary>Those before it.</summary>
    Causal = 0,

    /// <summary>All of them.</summary>
    NonCausal = 1,
}

/// <summary>What a context computes; the values are those of <c>llama_context_type</c>.</summary>
internal enum ContextType
{
    /// <summary>The whole model.</summary>
    Default = 0,

    /// <summary>The multi-token prediction layers, for models that have them.</summary>
    MultiTokenPrediction = 1,
}
