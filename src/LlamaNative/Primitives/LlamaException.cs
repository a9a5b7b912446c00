namespace LlamaNative;

/// <summary>
/// The base class of the exceptions that this library throws for models, files and native calls. Invalid arguments throw
/// <see cref="ArgumentException"/> and use after dispose throws <see cref="ObjectDisposedException"/>, as is usual in .NET.
/// </summary>
/// <remarks>
/// Options are validated when they are used. An invalid option throws <see cref="ArgumentException"/>, or
/// <see cref="ArgumentOutOfRangeException"/> when it is out of range. <see cref="ArgumentException.ParamName"/> is the option's name, e.g.
/// <c>BatchSize</c>, and the message states the value and the allowed values. Valid options that the model, the device or the free memory
/// cannot satisfy throw <see cref="LlamaException"/>.
/// </remarks>
public class LlamaException : Exception
{
    /// <summary>Creates the exception with a message that names the operation and its values.</summary>
    public LlamaException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the exception that caused it.</summary>
    public LlamaException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
