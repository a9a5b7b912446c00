using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: the classification head of reranking models.</summary>
internal static unsafe partial class LlamaClassifiers
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial uint llama_model_n_cls_out(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial byte* llama_model_cls_label(LlamaModelHandle model, uint index);
}
