using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: quantization of model files.</summary>
internal static unsafe partial class LlamaQuantization
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_model_quantize_params llama_model_quantize_default_params();

    [LibraryImport(NativeLibraries.Llama, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint llama_model_quantize(string input, string output, llama_model_quantize_params* parameters);
}
