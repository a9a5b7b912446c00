namespace LlamaNative.Grammars;

/// <summary>
/// A regular expression is invalid, is not regular (lookaround, back references), or needs too large an automaton.
/// </summary>
public sealed class PatternException : Exception
{
    internal PatternException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
