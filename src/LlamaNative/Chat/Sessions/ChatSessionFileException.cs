namespace LlamaNative.Chat;

/// <summary>A saved conversation cannot be read; the session is as it was.</summary>
public sealed class ChatSessionFileException : LlamaException
{
    internal ChatSessionFileException(string? path, string reason, Exception? inner = null)
        : base($"The conversation{(path is null ? "" : $" in '{path}'")} cannot be loaded: {reason}.", inner) => Path = path;

    /// <summary>The file; null when it was read from a stream.</summary>
    public string? Path { get; }
}
