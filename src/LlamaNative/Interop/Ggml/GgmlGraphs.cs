using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>ggml.h and ggml-alloc.h: graphs and the allocator of their intermediate results.</summary>
internal static unsafe partial class GgmlGraphs
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nuint ggml_graph_overhead_custom(nuint size, [MarshalAs(UnmanagedType.U1)] bool gradients);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_new_graph_custom(GgmlContextHandle context, nuint size, [MarshalAs(UnmanagedType.U1)] bool gradients);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_build_forward_expand(nint graph, ggml_tensor* tensor);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_gallocr_new(nint bufferType);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_gallocr_free(nint allocator);

    [LibraryImport(NativeLibraries.GgmlBase)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ggml_gallocr_alloc_graph(GgmlAllocatorHandle allocator, nint graph);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nuint ggml_gallocr_get_buffer_size(GgmlAllocatorHandle allocator, int index);
}
