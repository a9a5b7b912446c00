using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>ggml.h: matrix products, sums, normalisation and attention.</summary>
internal static unsafe partial class GgmlOperators
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_mul_mat(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_mul_mat_id(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b, ggml_tensor* ids);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_out_prod(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_sum(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_sum_rows(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_cumsum(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_mean(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_argmax(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_count_equal(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_norm(GgmlContextHandle context, ggml_tensor* a, float eps);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_rms_norm(GgmlContextHandle context, ggml_tensor* a, float eps);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_rms_norm_back(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b, float eps);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_l2_norm(GgmlContextHandle context, ggml_tensor* a, float eps);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_group_norm(GgmlContextHandle context, ggml_tensor* a, int groups, float eps);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_diag_mask_inf(GgmlContextHandle context, ggml_tensor* a, int past);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_diag_mask_zero(GgmlContextHandle context, ggml_tensor* a, int past);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_soft_max_ext(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* mask,
        float scale, float maxBias);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_soft_max_ext_back(GgmlContextHandle context, ggml_tensor* a,
        ggml_tensor* b, float scale, float maxBias);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_rope_ext(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b,
        ggml_tensor* c, int dimensions, int mode, int originalContext, float frequencyBase, float frequencyScale,
        float extFactor, float attnFactor, float betaFast, float betaSlow);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_rope_ext_back(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b,
        ggml_tensor* c, int dimensions, int mode, int originalContext, float frequencyBase, float frequencyScale,
        float extFactor, float attnFactor, float betaFast, float betaSlow);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_flash_attn_ext(GgmlContextHandle context, ggml_tensor* q, ggml_tensor* k,
        ggml_tensor* v, ggml_tensor* mask, float scale, float maxBias, float logitSoftcap);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_argsort(GgmlContextHandle context, ggml_tensor* a, int order);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_top_k(GgmlContextHandle context, ggml_tensor* a, int k);
}
