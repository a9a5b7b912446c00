using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: LoRA adapters and control vectors.</summary>
internal static unsafe partial class LlamaAdapters
{
    [LibraryImport(NativeLibraries.Llama, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint llama_adapter_lora_init(LlamaModelHandle model, string path);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_adapter_lora_free(nint adapter);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_adapter_meta_count(LoraAdapterHandle adapter);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_adapter_meta_key_by_index(LoraAdapterHandle adapter, int index, byte* buffer, nuint size);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_adapter_meta_val_str_by_index(LoraAdapterHandle adapter, int index, byte* buffer, nuint size);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_set_adapters_lora(LlamaContextHandle context, nint* adapters, nuint count, float* scales);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_set_adapter_cvec(LlamaContextHandle context, float* data, nuint length,
        int embeddingLength, int firstLayer, int lastLayer);
}
