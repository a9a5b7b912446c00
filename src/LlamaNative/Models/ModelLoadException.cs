namespace LlamaNative;

/// <summary>A model file could not be loaded. The message contains the reason and the errors in the native log.</summary>
public sealed class ModelLoadException : LlamaException
{
    internal ModelLoadException(string path, string message, Exception? innerException = null)
        : base(message, innerException) => Path = path;

    /// <summary>The path of the file that could not be loaded.</summary>
    public string Path { get; }
}
