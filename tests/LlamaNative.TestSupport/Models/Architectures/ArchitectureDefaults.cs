using System.Globalization;
using LlamaNative.Gguf;

namespace LlamaNative.TestSupport;

/// <summary>
/// The hyperparameters that all tiny models share; a model ignores those that its architecture does not read. Written as
/// <c>name=value</c>: 1 is a UINT32, 1L a UINT64, -1 an INT32, 1.0 a FLOAT32, true a BOOL, [1,2] an array, anything else a STRING.
/// </summary>
internal static class ArchitectureDefaults
{
    private const string Sizes =
        "context_length=256; embedding_length=64; features_length=64; block_count=2; leading_dense_block_count=1; feed_forward_length=96; "
        + "use_parallel_residual=false; logit_scale=1.0; residual_scale=1.0; full_attention_interval=2";

    private const string Attention =
        "attention.head_count=2; attention.head_count_kv=2; attention.max_alibi_bias=8.0; attention.clamp_kqv=1.0; "
        + "attention.layer_norm_epsilon=1e-5; attention.layer_norm_rms_epsilon=1e-5; attention.group_norm_epsilon=1e-5; "
        + "attention.group_norm_groups=8; attention.q_lora_rank=32; attention.kv_lora_rank=32; attention.relative_buckets_count=8; "
        + "attention.sliding_window=32; attention.sliding_window_pattern=2; attention.indexer.head_count=4; "
        + "attention.indexer.key_length=32; attention.indexer.top_k=8; attention.indexer.block_size=4; "
        + "attention.indexer.local_blocks=1; rope.dimension_sections=[4,4,4,4]; attn_res.block_size=12";

    private const string Recurrence =
        "ssm.inner_size=128; ssm.conv_kernel=4; ssm.state_size=32; ssm.time_step_rank=2; ssm.group_count=2; kda.head_dim=32; "
        + "kda.safe_gate=true; kda.gate_lower_bound=-5.0; wkv.head_size=32; shortconv.l_cache=3; time_mix_extra_dim=16; "
        + "time_decay_extra_dim=32; attention.decay_lora_rank=16; attention.iclr_lora_rank=16; "
        + "attention.value_residual_mix_lora_rank=16; attention.gate_lora_rank=16; activation.situ_beta=4.0; "
        + "activation.situ_linear_beta=25.0";

    private const string Sound =
        "posnet.embedding_length=64; posnet.block_count=2; convnext.embedding_length=64; convnext.block_count=2";

    private const string Experts =
        "expert_feed_forward_length=96; expert_shared_feed_forward_length=48; expert_latent_length=96; interleave_moe_layer_step=2; "
        + "expert_count=2; expert_used_count=1; expert_shared_count=1; expert_gating_func=2; expert_group_scale=1.0; "
        + "experts_per_group=1; moe_every_n_layers=2";

    /// <summary>Keys without an architecture's prefix.</summary>
    private const string Plain = "xielu.alpha_n=1.0; xielu.alpha_p=1.0; xielu.beta=1.0; xielu.eps=1e-7";

    public static void AddTo(ModelFile file, ArchitectureRow row)
    {
        file.Metadata["general.architecture"] = GgufValue.Of(row.Name);
        file.Metadata[$"{row.Name}.vocab_size"] = GgufValue.Of((uint)row.Vocabulary.Count);
        foreach (string keys in (string[])[Sizes, Attention, Recurrence, Sound, row.Experts ? Experts : "", row.Keys])
        {
            Add(keys, row.Name + ".");
        }

        Add(Plain, "");

        void Add(string keys, string prefix)
        {
            foreach (string key in keys.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                int sign = key.IndexOf('=', StringComparison.Ordinal);
                file.Metadata[prefix + key[..sign]] = Parse(key[(sign + 1)..]);
            }
        }
    }

    private static GgufValue Parse(string text)
    {
        if (text.StartsWith('['))
        {
            string[] items = text[1..^1].Split(',');
            return items[0].EndsWith('L') ? GgufValue.OfArray<ulong>([.. items.Select(item => ulong.Parse(item[..^1], Invariant))])
                : items[0].Contains('.', StringComparison.Ordinal)
                    ? GgufValue.OfArray<float>([.. items.Select(item => float.Parse(item, Invariant))])
                : GgufValue.OfArray<uint>([.. items.Select(item => uint.Parse(item, Invariant))]);
        }

        return text is "true" or "false" ? GgufValue.Of(text == "true")
            : uint.TryParse(text, NumberStyles.None, Invariant, out uint number) ? GgufValue.Of(number)
            : int.TryParse(text, NumberStyles.AllowLeadingSign, Invariant, out int negative) ? GgufValue.Of(negative)
            : float.TryParse(text, NumberStyles.Float, Invariant, out float real) ? GgufValue.Of(real)
            : GgufValue.Of(text);
    }

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;
}
