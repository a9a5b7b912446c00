namespace LlamaNative.Models;

/// <summary>A LoRA adapter or control vector could not be loaded or does not match the model. The message contains the reason.</summary>
public sealed class AdapterException : LlamaException
{
    internal AdapterException(string path, string message, Exception? innerException = null)
        : base($"The adapter '{path}': {WithoutPath(message, path)}", innerException) => Path = path;

    /// <summary>The path of the file.</summary>
    public string Path { get; }

    /// <summary>The errors of a GGUF file begin with its path, which this message contains already.</summary>
    private static string WithoutPath(string message, string path) =>
        message.StartsWith(path + ": ", StringComparison.Ordinal) ? message[(path.Length + 2)..] : message;
}
