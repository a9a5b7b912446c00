using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: process-wide calls (initialisation, limits, log).</summary>
internal static unsafe partial class LlamaSystem
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_backend_init();

    [LibraryImport(NativeLibraries.Llama)]
    public static partial nuint llama_max_devices();

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_supports_gpu_offload();

    [LibraryImport(NativeLibraries.Llama)]
    public static partial nuint llama_max_parallel_sequences();

    [LibraryImport(NativeLibraries.Llama)]
    public static partial byte* llama_print_system_info();

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* userData);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_log_get(delegate* unmanaged[Cdecl]<int, byte*, void*, void>* callback, void** userData);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler_chain_params llama_sampler_chain_default_params();
}
