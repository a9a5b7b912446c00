using System.Runtime.InteropServices;
using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>ggml.h: contexts, which contain the descriptions of tensors and graphs.</summary>
internal static unsafe partial class GgmlContexts
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_init(ggml_init_params parameters);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_free(nint context);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nuint ggml_tensor_overhead();

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_new_tensor(GgmlContextHandle context, GgmlType type, int dimensions, long* ne);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_set_input(ggml_tensor* tensor);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_set_output(ggml_tensor* tensor);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_set_param(ggml_tensor* tensor);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_set_loss(ggml_tensor* tensor);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial byte* ggml_op_desc(ggml_tensor* tensor);
}
