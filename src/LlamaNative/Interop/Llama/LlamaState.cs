using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: serialization of the state of one sequence.</summary>
internal static unsafe partial class LlamaState
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial nuint llama_state_seq_get_size(LlamaContextHandle context, int sequence);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial nuint llama_state_seq_get_data(LlamaContextHandle context, byte* destination, nuint size, int sequence);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial nuint llama_state_seq_set_data(LlamaContextHandle context, byte* source, nuint size, int sequence);
}
