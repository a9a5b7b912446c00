namespace LlamaNative.Interop;

/// <summary>llama.cpp did not log a line that the pinned release logs, so its values are not available.</summary>
internal sealed class MissingLogLineException(string operation, params IReadOnlyList<LogFormat> formats) : LlamaException(
    $"llama.cpp {PinnedRelease.Version} logs {string.Join(" or ", formats)} {operation}; the loaded library did not. "
    + "Use the native package of the same LlamaNative version.")
{
    /// <summary>The formats of which one was expected.</summary>
    public IReadOnlyList<LogFormat> Formats { get; } = formats;

    public static void ThrowUnless(bool found, string operation, params IReadOnlyList<LogFormat> formats)
    {
        if (!found)
        {
            throw new MissingLogLineException(operation, formats);
        }
    }
}
