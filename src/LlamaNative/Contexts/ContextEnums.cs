namespace LlamaNative.Contexts;

/// <summary>Whether attention runs as one fused kernel. Mirrors <c>llama_flash_attn_type</c>.</summary>
public enum FlashAttention
{
    /// <summary>Enabled where the devices support it.</summary>
    Auto = -1,

    /// <summary>Disabled.</summary>
    Disabled = 0,

    /// <summary>Enabled.</summary>
    Enabled = 1,
}

/// <summary>How RoPE is scaled beyond the trained context. Mirrors <c>llama_rope_scaling_type</c>.</summary>
public enum RopeScaling
{
    /// <summary>The model's setting.</summary>
    FromModel = -1,

    /// <summary>No scaling.</summary>
    None = 0,

    /// <summary>Linear: positions are divided by a factor.</summary>
    Linear = 1,

    /// <summary>YaRN, arXiv:2309.00071.</summary>
    Yarn = 2,

    /// <summary>LongRoPE, arXiv:2402.13753.</summary>
    LongRope = 3,
}

/// <summary>How token embeddings are pooled into one embedding per sequence. Mirrors <c>llama_pooling_type</c>.</summary>
public enum PoolingType
{
    /// <summary>The model's setting.</summary>
    FromModel = -1,

    /// <summary>No pooling: one embedding per token.</summary>
    None = 0,

    /// <summary>The mean over the tokens.</summary>
    Mean = 1,

    /// <summary>The embedding of the first token (CLS).</summary>
    Cls = 2,

    /// <summary>The embedding of the last token.</summary>
    Last = 3,

    /// <summary>The output of a classification head, used by reranking models.</summary>
    Rank = 4,
}

/// <summary>The attention mask. Mirrors <c>llama_attention_type</c>.</summary>
public enum AttentionType
{
    /// <summary>The model's setting.</summary>
    FromModel = -1,

    /// <summary>Causal: each token attends to itself and the tokens before it.</summary>
    Causal = 0,

    /// <summary>Non-causal: each token attends to all tokens.</summary>
    NonCausal = 1,
}

/// <summary>The part of the model that a context evaluates. Mirrors <c>llama_context_type</c>.</summary>
internal enum ContextType
{
    /// <summary>The whole model.</summary>
    Default = 0,

    /// <summary>The multi-token prediction layers, for models that have them.</summary>
    MultiTokenPrediction = 1,
}
