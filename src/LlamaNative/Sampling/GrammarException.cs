namespace LlamaNative.Sampling;

/// <summary>
/// A grammar cannot be used: its text, or the schema it is made from, was refused, llama.cpp refused it, or no token of
/// the vocabulary, or not the given one, may follow. <see cref="Exception.InnerException"/> is the grammar engine's own
/// error, where there is one.
/// </summary>
public sealed class GrammarException : LlamaException
{
    internal GrammarException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
