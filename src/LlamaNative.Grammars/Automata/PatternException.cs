namespace LlamaNative.Grammars;

/// <summary>A regular expression is invalid, needs more than a finite automaton, or needs too large a one.</summary>
public sealed class PatternException : Exception
{
    internal PatternException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
