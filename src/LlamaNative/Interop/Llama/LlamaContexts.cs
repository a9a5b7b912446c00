using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: creation and settings of a context.</summary>
internal static unsafe partial class LlamaContexts
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_free(nint context);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial uint llama_n_ctx(LlamaContextHandle context);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial uint llama_n_ctx_seq(LlamaContextHandle context);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial uint llama_n_batch(LlamaContextHandle context);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial uint llama_n_ubatch(LlamaContextHandle context);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_pooling_type(LlamaContextHandle context);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial nint llama_get_memory(LlamaContextHandle context);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_attach_threadpool(nint context, nint threadpool, nint threadpoolBatch);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_set_abort_callback(LlamaContextHandle context,
        delegate* unmanaged[Cdecl]<void*, byte> callback, void* data);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_synchronize(LlamaContextHandle context);
}
