namespace LlamaNative.Chat;

/// <summary>A saved conversation cannot be read. The session is unchanged.</summary>
public sealed class ChatSessionFileException : LlamaException
{
    internal ChatSessionFileException(string? path, string reason, Exception? inner = null)
        : base($"The conversation{(path is null ? "" : $" in '{path}'")} cannot be loaded: {reason}.", inner) => Path = path;

    /// <summary>The file; null when reading from a stream.</summary>
    public string? Path { get; }
}
