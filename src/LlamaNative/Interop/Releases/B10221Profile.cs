using System.Runtime.InteropServices;
using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>
/// llama.cpp b10221 (commit 815a2a591), the release in LLamaSharp.Backend.* 0.30.0. Its structs are the pinned ones without the members
/// that were added later.
/// </summary>
/// <remarks>
/// <c>llama_model_quantize_params</c>, <c>llama_sampler_i</c> (10 functions) and <c>ggml_backend_dev_caps</c> lack only the last members
/// and are passed by pointer, so the pinned release's structs work in their place.
/// </remarks>
internal sealed unsafe partial class B10221Profile : ReleaseProfile
{
    private const string GgmlVersion = "0.18.0";
    private const string Commit = "815a2a591";

    public override string Name => "llama.cpp b10221 (LLamaSharp.Backend.* 0.30.0)";

    public override int StateFormat => 9;

    // The graphs of the first two read beyond a tensor of the indexer, the third's has more nodes than were reserved for it.
    public override bool Aborts(string architecture) => architecture is "deepseek32" or "glm-dsa" or "minimax-m3";

    // This release has no llama_version, and several have this version of ggml.
    public override bool Matches(NativeVersion version) =>
        version.Llama is null && version.Ggml == GgmlVersion && version.IsOfCommit(Commit);

    public override string VersionOf(NativeVersion version) => "b10221";

    public override string? FindDifference(nint llama) =>
        !NativeDefaults.TryRead(llama, "llama_model_default_params", out ModelParameters model) || !AreDefaults(model)
            ? "llama_model_default_params"
        : !NativeDefaults.TryRead(llama, "llama_context_default_params", out ContextParameters context) || !AreDefaults(context)
            ? "llama_context_default_params"
        : null;

    /// <summary>The defaults that <see cref="FindDifference"/> compared with the library's.</summary>
    public override llama_model_params DefaultModelParameters() => new()
    {
        n_gpu_layers = -1,
        split_mode = LlamaSplitMode.Layer,
        load_mode = LlamaLoadMode.Mmap,
        use_extra_bufts = 1,
    };

    /// <inheritdoc cref="DefaultModelParameters"/>
    public override llama_context_params DefaultContextParameters() => new()
    {
        n_ctx = 512,
        n_batch = 2048,
        n_ubatch = 512,
        n_seq_max = 1,
        n_outputs_max_per_seq = 1, // in this release a constant
        n_threads = 4,
        n_threads_batch = 4,
        rope_scaling_type = LlamaRopeScalingType.Unspecified,
        pooling_type = LlamaPoolingType.Unspecified,
        attention_type = LlamaAttentionType.Unspecified,
        flash_attn_type = LlamaFlashAttnType.Auto,
        yarn_ext_factor = -1,
        yarn_attn_factor = -1,
        yarn_beta_fast = -1,
        yarn_beta_slow = -1,
        defrag_thold = -1,
        type_k = GgmlType.F16,
        type_v = GgmlType.F16,
        offload_kqv = 1,
        no_perf = 1,
        op_offload = 1,
        swa_full = 1,
    };

    public override llama_model_quantize_params DefaultQuantizeParameters()
    {
        // The library's struct ends before the last member of the pinned one.
        llama_model_quantize_params parameters = default;
        *(QuantizeParameters*)&parameters = llama_model_quantize_default_params();
        return parameters;
    }

    public override nint LoadModel(string path, in llama_model_params p) => llama_model_load_from_file(path, new ModelParameters
    {
        devices = p.devices,
        tensor_buft_overrides = p.tensor_buft_overrides,
        n_gpu_layers = p.n_gpu_layers,
        split_mode = p.split_mode,
        load_mode = p.load_mode == LlamaLoadMode.Auto ? LlamaLoadMode.Mmap : p.load_mode,
        main_gpu = p.main_gpu,
        tensor_split = p.tensor_split,
        progress_callback = p.progress_callback,
        progress_callback_user_data = p.progress_callback_user_data,
        kv_overrides = p.kv_overrides,
        vocab_only = p.vocab_only,
        check_tensors = p.check_tensors,
        use_extra_bufts = p.use_extra_bufts,
        no_host = p.no_host,
        no_alloc = p.no_alloc,
        load_mtp = p.load_mtp,
    });

    public override nint CreateContext(LlamaModelHandle model, in llama_context_params p) =>
        llama_init_from_model(model, new ContextParameters
        {
            n_ctx = p.n_ctx,
            n_batch = p.n_batch,
            n_ubatch = p.n_ubatch,
            n_seq_max = p.n_seq_max,
            n_rs_seq = p.n_rs_seq,
            n_outputs_max = p.n_outputs_max,
            n_threads = p.n_threads,
            n_threads_batch = p.n_threads_batch,
            ctx_type = p.ctx_type,
            rope_scaling_type = p.rope_scaling_type,
            pooling_type = p.pooling_type,
            attention_type = p.attention_type,
            flash_attn_type = p.flash_attn_type,
            rope_freq_base = p.rope_freq_base,
            rope_freq_scale = p.rope_freq_scale,
            yarn_ext_factor = p.yarn_ext_factor,
            yarn_attn_factor = p.yarn_attn_factor,
            yarn_beta_fast = p.yarn_beta_fast,
            yarn_beta_slow = p.yarn_beta_slow,
            yarn_orig_ctx = p.yarn_orig_ctx,
            defrag_thold = p.defrag_thold,
            cb_eval = p.cb_eval,
            cb_eval_user_data = p.cb_eval_user_data,
            type_k = p.type_k,
            type_v = p.type_v,
            abort_callback = p.abort_callback,
            abort_callback_data = p.abort_callback_data,
            embeddings = p.embeddings,
            offload_kqv = p.offload_kqv,
            no_perf = p.no_perf,
            op_offload = p.op_offload,
            swa_full = p.swa_full,
            kv_unified = p.kv_unified,
            samplers = p.samplers,
            n_samplers = p.n_samplers,
            ctx_other = p.ctx_other,
        });

    public override llama_sampler* CreatePenalties(int vocabularySize, int lastN, float repeat, float frequency, float presence) =>
        llama_sampler_init_penalties(lastN, repeat, frequency, presence);

    // This release also limits the history to the trained context, which is unknown here: passing the history's own length sets no limit.
    public override llama_sampler* CreateDry(VocabularyHandle vocabulary, float multiplier, float @base, int allowedLength, int lastN,
        byte** breakers, nuint breakerCount) =>
        llama_sampler_init_dry(vocabulary, lastN, multiplier, @base, allowedLength, lastN, breakers, breakerCount);

    private static bool AreDefaults(in ModelParameters p) =>
        p.devices is null && p.tensor_buft_overrides is null && p.n_gpu_layers == -1 && p.split_mode == LlamaSplitMode.Layer
        && p.load_mode == LlamaLoadMode.Mmap && p.main_gpu == 0 && p.tensor_split is null
        && p.progress_callback is null && p.progress_callback_user_data is null && p.kv_overrides is null
        && p is { vocab_only: 0, check_tensors: 0, use_extra_bufts: 1, no_host: 0, no_alloc: 0, load_mtp: 0 };

    private static bool AreDefaults(in ContextParameters p) =>
        p is { n_ctx: 512, n_batch: 2048, n_ubatch: 512, n_seq_max: 1, n_rs_seq: 0, n_outputs_max: 0 }
        && p is { n_threads: 4, n_threads_batch: 4, ctx_type: LlamaContextType.Default }
        && p is { rope_scaling_type: LlamaRopeScalingType.Unspecified, pooling_type: LlamaPoolingType.Unspecified }
        && p is { attention_type: LlamaAttentionType.Unspecified, flash_attn_type: LlamaFlashAttnType.Auto }
        && p is { rope_freq_base: 0, rope_freq_scale: 0, yarn_ext_factor: -1, yarn_attn_factor: -1, yarn_beta_fast: -1, yarn_beta_slow: -1 }
        && p is { yarn_orig_ctx: 0, defrag_thold: -1, type_k: GgmlType.F16, type_v: GgmlType.F16 }
        && p.cb_eval is null && p.cb_eval_user_data is null && p.abort_callback is null && p.abort_callback_data is null
        && p is { embeddings: 0, offload_kqv: 1, no_perf: 1, op_offload: 1, swa_full: 1, kv_unified: 0 }
        && p.samplers is null && p.n_samplers == 0 && p.ctx_other == 0;

    [LibraryImport(NativeLibraries.Llama, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint llama_model_load_from_file(string path, ModelParameters parameters);

    [LibraryImport(NativeLibraries.Llama)]
    private static partial nint llama_init_from_model(LlamaModelHandle model, ContextParameters parameters);

    [LibraryImport(NativeLibraries.Llama)]
    private static partial QuantizeParameters llama_model_quantize_default_params();

    [LibraryImport(NativeLibraries.Llama)]
    private static partial llama_sampler* llama_sampler_init_penalties(int lastN, float repeat, float frequency, float present);

    [LibraryImport(NativeLibraries.Llama)]
    private static partial llama_sampler* llama_sampler_init_dry(
        VocabularyHandle vocab,
        int trainedContext,
        float multiplier,
        float @base,
        int allowedLength,
        int penaltyLastN,
        byte** sequenceBreakers,
        nuint breakerCount);

    /// <summary><c>struct llama_model_params</c>, without lazy_mode.</summary>
    internal struct ModelParameters
    {
        public nint* devices;
        public llama_model_tensor_buft_override* tensor_buft_overrides;
        public int n_gpu_layers;
        public LlamaSplitMode split_mode;
        public LlamaLoadMode load_mode;
        public int main_gpu;
        public float* tensor_split;
        public delegate* unmanaged[Cdecl]<float, void*, byte> progress_callback;
        public void* progress_callback_user_data;
        public llama_model_kv_override* kv_overrides;
        public byte vocab_only;
        public byte check_tensors;
        public byte use_extra_bufts;
        public byte no_host;
        public byte no_alloc;
        public byte load_mtp;
    }

    /// <summary><c>struct llama_context_params</c>, without n_outputs_max_per_seq.</summary>
    internal struct ContextParameters
    {
        public uint n_ctx;
        public uint n_batch;
        public uint n_ubatch;
        public uint n_seq_max;
        public uint n_rs_seq;
        public uint n_outputs_max;
        public int n_threads;
        public int n_threads_batch;
        public LlamaContextType ctx_type;
        public LlamaRopeScalingType rope_scaling_type;
        public LlamaPoolingType pooling_type;
        public LlamaAttentionType attention_type;
        public LlamaFlashAttnType flash_attn_type;
        public float rope_freq_base;
        public float rope_freq_scale;
        public float yarn_ext_factor;
        public float yarn_attn_factor;
        public float yarn_beta_fast;
        public float yarn_beta_slow;
        public uint yarn_orig_ctx;
        public float defrag_thold;
        public delegate* unmanaged[Cdecl]<nint, byte, void*, byte> cb_eval;
        public void* cb_eval_user_data;
        public GgmlType type_k;
        public GgmlType type_v;
        public delegate* unmanaged[Cdecl]<void*, byte> abort_callback;
        public void* abort_callback_data;
        public byte embeddings;
        public byte offload_kqv;
        public byte no_perf;
        public byte op_offload;
        public byte swa_full;
        public byte kv_unified;
        public llama_sampler_seq_config* samplers;
        public nuint n_samplers;
        public nint ctx_other;
    }

    /// <summary><c>struct llama_model_quantize_params</c>, without max_buf_size.</summary>
    internal struct QuantizeParameters
    {
        public int nthread;
        public int ftype;
        public GgmlType output_tensor_type;
        public GgmlType token_embedding_type;
        public byte allow_requantize;
        public byte quantize_output_tensor;
        public byte only_copy;
        public byte pure;
        public byte keep_split;
        public byte dry_run;
        public llama_model_imatrix_data* imatrix;
        public llama_model_kv_override* kv_overrides;
        public llama_model_tensor_override* tt_overrides;
        public int* prune_layers;
    }
}
