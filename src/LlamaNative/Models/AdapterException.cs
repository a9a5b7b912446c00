namespace LlamaNative.Models;

/// <summary>A LoRA adapter or control vector could not be loaded, or does not fit the model; the message says why.</summary>
public sealed class AdapterException : LlamaException
{
    internal AdapterException(string path, string message, Exception? innerException = null)
        : base($"The adapter '{path}': {message}", innerException) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}
