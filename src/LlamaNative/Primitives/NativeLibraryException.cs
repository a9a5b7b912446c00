namespace LlamaNative;

/// <summary>The native llama.cpp library is missing, cannot be loaded, or is not of a release that this library runs on.</summary>
public sealed class NativeLibraryException : LlamaException
{
    internal NativeLibraryException(string message)
        : this(message, [], null)
    {
    }

    internal NativeLibraryException(string message, IReadOnlyList<string> triedPaths, Exception? innerException)
        : base(message, innerException) => TriedPaths = triedPaths;

    /// <summary>The paths that were tried, in order.</summary>
    public IReadOnlyList<string> TriedPaths { get; }
}
