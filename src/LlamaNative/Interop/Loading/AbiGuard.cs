using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>
/// Rejects a library whose structs may differ from the declarations in this assembly, before a struct is passed by value. The version must
/// be the pinned one, and the default parameters must have the documented values. A test compares the struct layouts with the compiler's
/// report in native/abi.
/// </summary>
internal static unsafe class AbiGuard
{
    /// <summary>Validates the library and returns its version.</summary>
    public static string Check(nint llama, string directory)
    {
        var versionOf = (delegate* unmanaged[Cdecl]<byte*>)Export(llama, "llama_version", directory);
        string version = (NativeText.Read(versionOf()) ?? "").TrimStart('v');

        // Prebuilt libraries of a release carry a suffix ("0.4.0-dev").
        if (version.Split('-')[0] != PinnedRelease.Version)
        {
            throw Mismatch(directory, $"its version is {version}");
        }

        // A larger struct is also returned through a hidden pointer; the spare bytes receive the excess.
        var modelDefaults = (delegate* unmanaged[Cdecl]<WithSpare<llama_model_params>>)Export(llama,
            "llama_model_default_params", directory);
        var contextDefaults = (delegate* unmanaged[Cdecl]<WithSpare<llama_context_params>>)Export(llama,
            "llama_context_default_params", directory);
        if (!AreDefaults(modelDefaults().Value))
        {
            throw Mismatch(directory, "the default values of llama_model_params differ");
        }

        if (!AreDefaults(contextDefaults().Value))
        {
            throw Mismatch(directory, "the default values of llama_context_params differ");
        }

        return version;
    }

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

    private static nint Export(nint library, string name, string directory) =>
        NativeLibrary.TryGetExport(library, name, out nint address) ? address : throw Mismatch(directory, $"it does not export {name}");

    private static NativeLibraryException Mismatch(string directory, string difference) => new(
        $"The native library in '{directory}' is not compatible: LlamaNative requires llama.cpp {PinnedRelease.Version}, but {difference}. "
        + "Use the native package of the same LlamaNative version.");

    [InlineArray(256)]
    private struct Spare
    {
        private byte _first;
    }

    private struct WithSpare<T>
        where T : unmanaged
    {
#pragma warning disable CS0169, CS0649, IDE0044, IDE0051 // written by the native side; the spare bytes are not read
        public T Value;
        private Spare _spare;
#pragma warning restore CS0169, CS0649, IDE0044, IDE0051
    }
}
