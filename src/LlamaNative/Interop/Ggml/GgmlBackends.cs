using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>ggml-backend.h: backends, which compute graphs on a device.</summary>
internal static unsafe partial class GgmlBackends
{
    [LibraryImport(NativeLibraries.Ggml, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ggml_backend_dev_by_name(string name);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_dev_init(nint device, byte* parameters);

    [LibraryImport(NativeLibraries.GgmlBase)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ggml_backend_dev_supports_op(nint device, ggml_tensor* tensor);

    [LibraryImport(NativeLibraries.GgmlBase)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ggml_backend_dev_supports_buft(nint device, nint bufferType);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_backend_free(nint backend);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_get_default_buffer_type(GgmlBackendHandle backend);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial GgmlStatus ggml_backend_graph_compute(GgmlBackendHandle backend, nint graph);

    /// <summary>Calls the backend's <c>ggml_backend_set_n_threads</c>, if it has one.</summary>
    public static void SetThreads(nint device, nint backend, int threads)
    {
        var set = (delegate* unmanaged[Cdecl]<nint, int, void>)Function(device, "ggml_backend_set_n_threads");
        if (set is not null)
        {
            set(backend, threads);
        }
    }

    /// <summary>Calls <c>ggml_backend_cpu_set_threadpool</c>.</summary>
    public static void SetThreadPool(nint device, nint backend, nint pool)
    {
        var set = (delegate* unmanaged[Cdecl]<nint, nint, void>)Function(device, "ggml_backend_cpu_set_threadpool");
        if (set is not null)
        {
            set(backend, pool);
        }
    }

    /// <summary>The backend's <c>ggml_backend_set_abort_callback</c>; null if the backend cannot be interrupted.</summary>
    public static delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<void*, byte>, void*, void> AbortSetter(nint device) =>
        (delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<void*, byte>, void*, void>)Function(device,
            "ggml_backend_set_abort_callback");

    private static nint Function(nint device, string name) =>
        GgmlDevices.ggml_backend_reg_get_proc_address(GgmlDevices.ggml_backend_dev_backend_reg(device), name);
}
