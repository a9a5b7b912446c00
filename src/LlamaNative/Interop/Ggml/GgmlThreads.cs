using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// ggml.h and ggml-cpu.h: thread pools. ggml loads the CPU backend's library at run time, so its functions are looked up by name in the
/// backend registry and not imported.
/// </summary>
internal static unsafe partial class GgmlThreads
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_threadpool_params_init(ggml_threadpool_params* parameters, int threads);

    /// <summary><c>ggml_threadpool_new</c> of the CPU backend; zero if the pool cannot be created.</summary>
    public static nint NewPool(ggml_threadpool_params* parameters)
    {
        var create = (delegate* unmanaged[Cdecl]<ggml_threadpool_params*, nint>)CpuFunction("ggml_threadpool_new");
        return create(parameters);
    }

    /// <summary><c>ggml_threadpool_free</c> of the CPU backend.</summary>
    public static void FreePool(nint pool)
    {
        var free = (delegate* unmanaged[Cdecl]<nint, void>)CpuFunction("ggml_threadpool_free");
        free(pool);
    }

    private static nint CpuFunction(string name)
    {
        nint device = GgmlDevices.ggml_backend_dev_by_type(GgmlBackendDevType.Cpu);
        nint address = device == 0
            ? 0
            : GgmlDevices.ggml_backend_reg_get_proc_address(GgmlDevices.ggml_backend_dev_backend_reg(device), name);
        return address != 0 ? address : throw new NativeLibraryException($"The CPU backend does not export {name}.");
    }
}
