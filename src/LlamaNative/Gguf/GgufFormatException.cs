namespace LlamaNative.Gguf;

/// <summary>
/// A GGUF file is invalid: truncated, inconsistent, out of bounds, or with metadata of the wrong type. The message includes the file, the
/// metadata key or tensor, and the byte offset, if known.
/// </summary>
public sealed class GgufFormatException : LlamaException
{
    /// <summary>Creates the exception with the location of the error, if known.</summary>
    public GgufFormatException(string message, string? key = null, long? offset = null, string? path = null)
        : base(Describe(message, key, offset, path))
    {
        Key = key;
        Offset = offset;
        Path = path;
    }

    /// <summary>The metadata key or tensor name with the error, if any.</summary>
    public string? Key { get; }

    /// <summary>The byte offset of the error in the file, if known.</summary>
    public long? Offset { get; }

    /// <summary>The path of the file with the error, if known.</summary>
    public string? Path { get; }

    private static string Describe(string message, string? key, long? offset, string? path) =>
        (path is null ? "" : path + ": ")
        + (key is null ? "" : $"'{key}': ")
        + message
        + (offset is null ? "" : $" (at byte {offset})");
}
