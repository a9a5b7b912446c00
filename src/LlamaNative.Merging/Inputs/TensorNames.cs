using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LlamaNative.Merging.Recipe;

namespace LlamaNative.Merging.Inputs;

/// <summary>GGUF tensor names, their parts, and the corresponding Hugging Face names.</summary>
internal static class TensorNames
{
    public const string TokenEmbedding = "token_embd.weight";
    public const string Output = "output.weight";

    private const string LayerPrefix = "blk.";

    private static readonly Dictionary<string, string> s_roots = new(StringComparer.Ordinal)
    {
        ["token_embd"] = "model.embed_tokens",
        ["output_norm"] = "model.norm",
        ["output"] = "lm_head",
    };

    // In the order of a LLaMA checkpoint, which gradients over lists of tensors depend on.
    private static readonly OrderedDictionary<string, string> s_parts = new(StringComparer.Ordinal)
    {
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_qkv"] = "self_attn.qkv_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
        ["ffn_gate_inp"] = "mlp.gate",
        ["ffn_gate_exps"] = "mlp.experts.gate_proj",
        ["ffn_up_exps"] = "mlp.experts.up_proj",
        ["ffn_down_exps"] = "mlp.experts.down_proj",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
        ["attn_norm"] = "input_layernorm",
        ["ffn_norm"] = "post_attention_layernorm",
        ["post_attention_norm"] = "post_attention_layernorm",
        ["post_ffw_norm"] = "post_feedforward_layernorm",
    };

    public static TensorName Of(string gguf)
    {
        if (TrySplitLayer(gguf, out int layer, out string? part))
        {
            (string stem, string suffix) = SplitSuffix(part);
            return s_parts.TryGetValue(stem, out string? known)
                ? new(string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.{known}{suffix}"), gguf)
                : new(gguf, gguf);
        }

        (string root, string end) = SplitSuffix(gguf);
        return new(s_roots.TryGetValue(root, out string? name) ? name + end : gguf, gguf);
    }

    public static string OfLayer(int layer, string part) => string.Create(CultureInfo.InvariantCulture, $"{LayerPrefix}{layer}.{part}");

    /// <summary>Splits <c>blk.3.attn_q.weight</c> into layer and part.</summary>
    public static bool TrySplitLayer(string name, out int layer, [NotNullWhen(true)] out string? part)
    {
        layer = 0;
        part = null;
        int dot = name.StartsWith(LayerPrefix, StringComparison.Ordinal) ? name.IndexOf('.', LayerPrefix.Length) : -1;
        if (dot < 0 || !int.TryParse(name.AsSpan(LayerPrefix.Length, dot - LayerPrefix.Length), NumberStyles.None,
            CultureInfo.InvariantCulture, out layer))
        {
            return false;
        }

        part = name[(dot + 1)..];
        return true;
    }

    public static TensorRole RoleOf(string name) =>
        TrySplitLayer(name, out _, out _) ? TensorRole.Layer
            : name.StartsWith("output", StringComparison.Ordinal) || name.StartsWith("cls", StringComparison.Ordinal)
                || name.StartsWith("dec.output", StringComparison.Ordinal) ? TensorRole.Post
            : TensorRole.Embedding;

    /// <summary>Tensors with one row per token.</summary>
    public static bool IsVocabulary(string name) => name is TokenEmbedding or Output;

    /// <summary>Tensors that are not learned and are the same in all models of a family.</summary>
    public static bool IsCopied(string name) => name.Contains("rope_freqs", StringComparison.Ordinal)
        || name.Contains("rope_factors", StringComparison.Ordinal);

    /// <summary>Tensors that a model may lack.</summary>
    public static bool IsOptional(string name) => IsCopied(name) || name.EndsWith(".bias", StringComparison.Ordinal);

    /// <summary>A tensor's position in a checkpoint: embeddings, layers by number and part, final norm, output.</summary>
    public static (int Group, int Layer, int Part) CheckpointOrder(string gguf)
    {
        if (TrySplitLayer(gguf, out int layer, out string? part))
        {
            int index = s_parts.IndexOf(SplitSuffix(part).Stem);
            return (1, layer, index < 0 ? int.MaxValue : index);
        }

        return RoleOf(gguf) == TensorRole.Embedding ? (0, 0, 0) : gguf == Output ? (3, 0, 0) : (2, 0, 0);
    }

    private static (string Stem, string Suffix) SplitSuffix(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot < 0 ? (name, "") : (name[..dot], name[dot..]);
    }
}
