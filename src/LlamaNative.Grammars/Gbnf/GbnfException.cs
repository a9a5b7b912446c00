namespace LlamaNative.Grammars;

/// <summary>
/// A grammar is rejected: its text is not valid GBNF, exceeds a limit, or would make llama.cpp fail, abort or not terminate.
/// </summary>
public sealed class GbnfException : Exception
{
    internal GbnfException(string problem, int line = 0, int column = 0)
        : base(line > 0 ? $"Grammar rejected at line {line}, column {column}: {problem}" : $"Grammar rejected: {problem}")
    {
        Line = line;
        Column = column;
    }

    /// <summary>The line of the error, counted from 1; 0 if it concerns the whole grammar.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 code units, counted from 1; 0 if the error concerns the whole grammar.</summary>
    public int Column { get; }
}
