namespace LlamaNative.Gguf;

/// <summary>
/// A GGUF file that cannot be what it claims: truncated, contradictory, out of bounds, or with metadata of the wrong
/// type. Names the file, the key or tensor, and the byte where reading stopped, as far as they are known.
/// </summary>
public sealed class GgufFormatException : LlamaException
{
    /// <summary>Creates the error with its place, as far as known.</summary>
    public GgufFormatException(string message, string? key = null, long? offset = null, string? path = null)
        : base(Describe(message, key, offset, path))
    {
        Key = key;
        Offset = offset;
        Path = path;
    }

    /// <summary>The metadata key or tensor name concerned, where there is one.</summary>
    public string? Key { get; }

    /// <summary>The byte of the file concerned, where there is one.</summary>
    public long? Offset { get; }

    /// <summary>The file concerned, where there is one.</summary>
    public string? Path { get; }

    private static string Describe(string message, string? key, long? offset, string? path) =>
        (path is null ? "" : path + ": ")
        + (key is null ? "" : $"'{key}': ")
        + message
        + (offset is null ? "" : $" (at byte {offset})");
}
