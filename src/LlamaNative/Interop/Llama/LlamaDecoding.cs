using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: evaluation of batches and access to the results.</summary>
internal static unsafe partial class LlamaDecoding
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial LlamaDecodeStatus llama_encode(LlamaContextHandle context, llama_batch batch);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial LlamaDecodeStatus llama_decode(LlamaContextHandle context, llama_batch batch);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial float* llama_get_logits_ith(LlamaContextHandle context, int index);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial float* llama_get_embeddings_ith(LlamaContextHandle context, int index);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial float* llama_get_embeddings_seq(LlamaContextHandle context, int sequence);
}
