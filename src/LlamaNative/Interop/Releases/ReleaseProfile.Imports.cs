using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

// The functions of the pinned release that are different in another supported one. Private, so that nothing bypasses the profile.
internal abstract unsafe partial class ReleaseProfile
{
    [LibraryImport(NativeLibraries.Llama)]
    private static partial llama_model_params llama_model_default_params();

    [LibraryImport(NativeLibraries.Llama, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint llama_model_load_from_file(string path, llama_model_params parameters);

    [LibraryImport(NativeLibraries.Llama)]
    private static partial llama_context_params llama_context_default_params();

    [LibraryImport(NativeLibraries.Llama)]
    private static partial nint llama_init_from_model(LlamaModelHandle model, llama_context_params parameters);

    [LibraryImport(NativeLibraries.Llama)]
    private static partial llama_model_quantize_params llama_model_quantize_default_params();

    [LibraryImport(NativeLibraries.Llama, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint llama_model_quantize(string input, string output, llama_model_quantize_params* parameters);

    [LibraryImport(NativeLibraries.Llama)]
    private static partial llama_sampler* llama_sampler_init_penalties(int vocabularySize, int lastN, float repeat, float frequency,
        float present);

    [LibraryImport(NativeLibraries.Llama)]
    private static partial llama_sampler* llama_sampler_init_dry(
        VocabularyHandle vocab,
        float multiplier,
        float @base,
        int allowedLength,
        int penaltyLastN,
        byte** sequenceBreakers,
        nuint breakerCount);
}
