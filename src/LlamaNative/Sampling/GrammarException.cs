namespace LlamaNative.Sampling;

/// <summary>
/// A grammar cannot be used: its text or JSON Schema is invalid or unsupported, llama.cpp rejected it, or it does not allow the
/// given token or any token of the vocabulary. <see cref="Exception.InnerException"/> is the grammar engine's error, if there
/// is one.
/// </summary>
public sealed class GrammarException : LlamaException
{
    internal GrammarException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
