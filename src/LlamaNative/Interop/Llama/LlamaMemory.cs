using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: the context's memory (KV cache). The pointer belongs to a context that the caller keeps alive.</summary>
internal static partial class LlamaMemory
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_memory_clear(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_memory_seq_rm(nint memory, int sequence, int from, int to);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_memory_seq_cp(nint memory, int source, int destination, int from, int to);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_memory_seq_add(nint memory, int sequence, int from, int to, int delta);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_memory_seq_pos_min(nint memory, int sequence);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_memory_seq_pos_max(nint memory, int sequence);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_memory_can_shift(nint memory);
}
