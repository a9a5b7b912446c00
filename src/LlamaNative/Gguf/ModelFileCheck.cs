namespace LlamaNative.Gguf;

/// <summary>
/// Looks a model file over before llama.cpp loads it. llama.cpp answers most bad files with an error, but some values run
/// into an assertion, a division or an endless loop, which ends the whole process; those are refused here, with the key and
/// value concerned. What llama.cpp v0.4.0 refuses by itself is left to it.
/// </summary>
/// <remarks>
/// Read from the sources of llama.cpp (llama-model.cpp, llama-vocab.cpp, llama-model-loader.cpp) and hardened by loading
/// damaged files in child processes. Costs some ten milliseconds for a vocabulary of 128k tokens.
/// </remarks>
internal static class ModelFileCheck
{
    /// <summary>Checks a file that is open.</summary>
    /// <exception cref="GgufFormatException">A value would bring llama.cpp down.</exception>
    public static void Validate(GgufFile file)
    {
        HyperparameterCheck.Validate(file);
        VocabularyCheck.Validate(file);
        TensorCheck.Validate(file);
    }
}
