using System.Runtime.InteropServices;
using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>ggml.h: losses, optimizer steps and custom operators.</summary>
internal static unsafe partial class GgmlOperators
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_cross_entropy_loss(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_cross_entropy_loss_back(GgmlContextHandle context, ggml_tensor* a,
        ggml_tensor* b, ggml_tensor* c);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_opt_step_adamw(GgmlContextHandle context, ggml_tensor* a,
        ggml_tensor* grad, ggml_tensor* m, ggml_tensor* v, ggml_tensor* parameters);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_opt_step_sgd(GgmlContextHandle context, ggml_tensor* a, ggml_tensor* grad,
        ggml_tensor* parameters);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_tensor* ggml_custom_4d(
        GgmlContextHandle context,
        GgmlType type,
        long ne0,
        long ne1,
        long ne2,
        long ne3,
        ggml_tensor** args,
        int count,
        delegate* unmanaged[Cdecl]<ggml_tensor*, int, int, void*, void> function,
        int tasks,
        void* userData);
}
