namespace LlamaNative;

/// <summary>The native llama.cpp library is missing, cannot be loaded, or is not the version this library was built for.</summary>
public sealed class NativeLibraryException : LlamaException
{
    /// <summary>Creates the exception with a message that explains how to fix the problem.</summary>
    public NativeLibraryException(string message)
        : this(message, [], null)
    {
    }

    /// <summary>Creates the exception with the paths that were tried, in order.</summary>
    public NativeLibraryException(string message, IReadOnlyList<string> triedPaths, Exception? innerException)
        : base(message, innerException) => TriedPaths = triedPaths;

    /// <summary>The paths that were tried, in order.</summary>
    public IReadOnlyList<string> TriedPaths { get; }
}
