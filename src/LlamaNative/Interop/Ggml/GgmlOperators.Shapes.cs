using System.Runtime.InteropServices;
using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>ggml.h: operators that copy, view or repeat data.</summary>
internal static unsafe partial class GgmlOperators
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_repeat_4d(GgmlContextHandle context, ggml_tensor* a, long ne0, long ne1, long ne2, long ne3);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_repeat_back(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_concat(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b, int dimension);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_cpy(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_cast(GgmlContextHandle context, ggml_tensor* a, GgmlType type);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_cont(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_reshape_4d(GgmlContextHandle context, ggml_tensor* a, long ne0, long ne1, long ne2, long ne3);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_view_4d(GgmlContextHandle context, ggml_tensor* a, long ne0, long ne1,
        long ne2, long ne3, nuint nb1, nuint nb2, nuint nb3, nuint offset);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_permute(GgmlContextHandle context, ggml_tensor* a, int axis0, int axis1, int axis2, int axis3);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_transpose(GgmlContextHandle context, ggml_tensor* a);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_get_rows(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_get_rows_back(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b, ggml_tensor* c);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_set_rows(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b, ggml_tensor* c);
}
