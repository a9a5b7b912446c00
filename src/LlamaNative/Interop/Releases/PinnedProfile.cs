using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>The pinned release (llama.cpp v0.4.0), whose structs and functions are the ones declared in this assembly.</summary>
internal sealed unsafe class PinnedProfile : ReleaseProfile
{
    public override string Name => $"llama.cpp v{PinnedRelease.Version}";

    public override int StateFormat => NativeConstants.LLAMA_SESSION_VERSION;

    // Prebuilt libraries of a release carry a suffix ("0.4.0-dev").
    public override bool Matches(NativeVersion version) =>
        version.Llama?.Split('-')[0] == PinnedRelease.Version && version.Ggml == PinnedRelease.GgmlVersion;

    public override string VersionOf(NativeVersion version) => version.Llama!;

    public override string? FindDifference(nint llama) =>
        !NativeDefaults.TryRead(llama, "llama_model_default_params", out llama_model_params model) || !AreDefaults(model)
            ? "llama_model_default_params"
        : !NativeDefaults.TryRead(llama, "llama_context_default_params", out llama_context_params context) || !AreDefaults(context)
            ? "llama_context_default_params"
        : null;

    // llama-model.cpp, llama_model_default_params
    private static bool AreDefaults(in llama_model_params p) =>
        p.devices is null && p.tensor_buft_overrides is null && p.n_gpu_layers == -1 && p.split_mode == LlamaSplitMode.Layer
        && p.load_mode == LlamaLoadMode.Auto && p.lazy_mode == LlamaLazyMode.Auto && p.main_gpu == 0 && p.tensor_split is null
        && p.progress_callback is null && p.progress_callback_user_data is null && p.kv_overrides is null
        && p is { vocab_only: 0, check_tensors: 0, use_extra_bufts: 1, no_host: 0, no_alloc: 0, load_mtp: 0 };

    // llama-context.cpp, llama_context_default_params
    private static bool AreDefaults(in llama_context_params p) =>
        p is { n_ctx: 512, n_batch: 2048, n_ubatch: 512, n_seq_max: 1, n_rs_seq: 0, n_outputs_max: 0, n_outputs_max_per_seq: 1 }
        && p is { n_threads: 4, n_threads_batch: 4, ctx_type: LlamaContextType.Default }
        && p is { rope_scaling_type: LlamaRopeScalingType.Unspecified, pooling_type: LlamaPoolingType.Unspecified }
        && p is { attention_type: LlamaAttentionType.Unspecified, flash_attn_type: LlamaFlashAttnType.Auto }
        && p is { rope_freq_base: 0, rope_freq_scale: 0, yarn_ext_factor: -1, yarn_attn_factor: -1, yarn_beta_fast: -1, yarn_beta_slow: -1 }
        && p is { yarn_orig_ctx: 0, defrag_thold: -1, type_k: GgmlType.F16, type_v: GgmlType.F16 }
        && p.cb_eval is null && p.cb_eval_user_data is null && p.abort_callback is null && p.abort_callback_data is null
        && p is { embeddings: 0, offload_kqv: 1, no_perf: 1, op_offload: 1, swa_full: 1, kv_unified: 0 }
        && p.samplers is null && p.n_samplers == 0 && p.ctx_other == 0;
}
