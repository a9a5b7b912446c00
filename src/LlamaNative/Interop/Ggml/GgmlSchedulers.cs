using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>ggml-backend.h: the scheduler, which distributes a graph over several backends.</summary>
internal static unsafe partial class GgmlSchedulers
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_sched_new(
        nint* backends,
        nint* bufferTypes,
        int count,
        nuint graphSize,
        [MarshalAs(UnmanagedType.U1)] bool parallel,
        [MarshalAs(UnmanagedType.U1)] bool offloadOperations);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_backend_sched_free(nint scheduler);

    [LibraryImport(NativeLibraries.GgmlBase)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ggml_backend_sched_alloc_graph(GgmlSchedulerHandle scheduler, nint graph);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial GgmlStatus ggml_backend_sched_graph_compute(GgmlSchedulerHandle scheduler, nint graph);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial int ggml_backend_sched_get_n_splits(GgmlSchedulerHandle scheduler);
}
