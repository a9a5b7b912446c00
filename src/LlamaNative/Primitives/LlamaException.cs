namespace LlamaNative;

/// <summary>
/// The root of every error this library reports about models, files and native calls.
/// A wrong argument is an <see cref="ArgumentException"/> and use after dispose an
/// <see cref="ObjectDisposedException"/>, as everywhere in .NET.
/// </summary>
public class LlamaException : Exception
{
    /// <summary>Creates the exception with a message that names the operation and its values.</summary>
    public LlamaException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the error that caused it.</summary>
    public LlamaException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
