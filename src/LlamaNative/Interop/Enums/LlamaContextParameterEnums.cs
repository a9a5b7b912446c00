namespace LlamaNative.Interop;

/// <summary>llama.h: <c>enum llama_context_type</c>.</summary>
internal enum LlamaContextType
{
    Default = 0,
    Mtp = 1,
}

/// <summary>llama.h: <c>enum llama_rope_scaling_type</c>.</summary>
internal enum LlamaRopeScalingType
{
    Unspecified = -1,
    None = 0,
    Linear = 1,
    Yarn = 2,
    Longrope = 3,
}

/// <summary>llama.h: <c>enum llama_pooling_type</c>.</summary>
internal enum LlamaPoolingType
{
    Unspecified = -1,
    None = 0,
    Mean = 1,
    Cls = 2,
    Last = 3,
    Rank = 4,
}

/// <summary>llama.h: <c>enum llama_attention_type</c>.</summary>
internal enum LlamaAttentionType
{
    Unspecified = -1,
    Causal = 0,
    NonCausal = 1,
}

/// <summary>llama.h: <c>enum llama_flash_attn_type</c>.</summary>
internal enum LlamaFlashAttnType
{
    Auto = -1,
    Disabled = 0,
    Enabled = 1,
}
