namespace LlamaNative.Grammars;

/// <summary>
/// A grammar was refused: its text is not GBNF, or llama.cpp would refuse it, abort on it or never finish with it.
/// </summary>
public sealed class GbnfException : Exception
{
    internal GbnfException(string problem, int line = 0, int column = 0)
        : base(line > 0 ? $"Grammar refused at line {line}, column {column}: {problem}" : $"Grammar refused: {problem}")
    {
        Line = line;
        Column = column;
    }

    /// <summary>The line of the offending text, counted from 1; 0 where the whole grammar is at fault.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 code units, counted from 1; 0 where the whole grammar is at fault.</summary>
    public int Column { get; }
}
