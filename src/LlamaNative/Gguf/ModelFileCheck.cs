namespace LlamaNative.Gguf;

/// <summary>
/// Checks a model file before llama.cpp loads it. llama.cpp reports an error for most invalid files, but some values cause a failed
/// assertion, a division by zero or an infinite loop, which terminates or blocks the process. This check rejects those values and names the
/// key and value. It does not repeat the checks of llama.cpp v0.4.0.
/// </summary>
/// <remarks>
/// Derived from llama.cpp's sources (llama-model.cpp, llama-vocab.cpp, llama-model-loader.cpp) and tested by loading corrupted files in
/// child processes. Takes about ten milliseconds for a vocabulary of 128k tokens.
/// </remarks>
internal static class ModelFileCheck
{
    /// <summary>Checks an open file.</summary>
    /// <exception cref="GgufFormatException">A value would make llama.cpp terminate the process.</exception>
    public static void Validate(GgufFile file)
    {
        HyperparameterCheck.Validate(file);
        VocabularyCheck.Validate(file);
        TensorCheck.Validate(file);
    }
}
