namespace LlamaNative.Models;

/// <summary>A LoRA adapter or control vector could not be loaded or does not match the model. The message contains the reason.</summary>
public sealed class AdapterException : LlamaException
{
    internal AdapterException(string path, string message, Exception? innerException = null)
        : base($"The adapter '{path}': {message}", innerException) => Path = path;

    /// <summary>The path of the file.</summary>
    public string Path { get; }
}
