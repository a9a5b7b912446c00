namespace LlamaNative.Sampling.Grammars;

/// <summary>
/// A grammar was refused before llama.cpp saw it: its text is not GBNF, or llama.cpp would refuse it, abort on it
/// or never come back from it. Or it came to a point where no token of the vocabulary, or not the given one, may follow.
/// </summary>
public sealed class GrammarException : LlamaException
{
    internal GrammarException(string problem, int line, int column)
        : base(line > 0 ? $"Grammar refused at line {line}, column {column}: {problem}" : $"Grammar refused: {problem}")
    {
        Line = line;
        Column = column;
    }

    internal GrammarException(string message)
        : base(message)
    {
    }

    /// <summary>The line of the offending text, counted from 1; 0 where the whole grammar is at fault.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 code units, counted from 1; 0 where the whole grammar is at fault.</summary>
    public int Column { get; }
}
