namespace LlamaNative;

/// <summary>A model file could not be loaded; the message says why and quotes the native log.</summary>
public sealed class ModelLoadException : LlamaException
{
    internal ModelLoadException(string path, string message, Exception? innerException = null)
        : base(message, innerException) => Path = path;

    /// <summary>The file that could not be loaded.</summary>
    public string Path { get; }
}
