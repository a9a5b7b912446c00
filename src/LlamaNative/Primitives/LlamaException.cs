namespace LlamaNative;

/// <summary>
/// The root of every error this library reports about models, files and native calls.
/// A wrong argument is an <see cref="ArgumentException"/> and use after dispose an
/// <see cref="ObjectDisposedException"/>, as everywhere in .NET.
/// </summary>
/// <remarks>
/// Options are validated when they are used. A bad one is an <see cref="ArgumentException"/>, or an
/// <see cref="ArgumentOutOfRangeException"/> where there is a range: its <see cref="ArgumentException.ParamName"/> is the
/// option's name, e.g. <c>BatchSize</c>, and its message gives the value and what is allowed. Good options that a model, a
/// device or the free memory cannot satisfy are a <see cref="LlamaException"/>.
/// </remarks>
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
