using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>ggml.h: element-wise operators.</summary>
internal static unsafe partial class GgmlOperators
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_dup(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_add(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_add_inplace(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_sub(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_mul(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_div(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_acc(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b,
        nuint nb1, nuint nb2, nuint nb3, nuint offset);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_set(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b,
        nuint nb1, nuint nb2, nuint nb3, nuint offset);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_sqr(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_sqrt(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_log(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_sin(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_cos(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_unary(GgmlContextHandle context, ggml_tensor* a, GgmlUnaryOp op);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_leaky_relu(GgmlContextHandle context, ggml_tensor* a, float negativeSlope,
        [MarshalAs(UnmanagedType.U1)] bool inplace);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_silu_back(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_glu(
        GgmlContextHandle context, ggml_tensor* a, GgmlGluOp op, [MarshalAs(UnmanagedType.U1)] bool swapped);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_glu_split(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b, GgmlGluOp op);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_scale_bias(GgmlContextHandle context, ggml_tensor* a, float scale, float bias);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_clamp(GgmlContextHandle context, ggml_tensor* a, float min, float max);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_fill(GgmlContextHandle context, ggml_tensor* a, float value);
}
