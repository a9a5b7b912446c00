namespace LlamaNative.Templates;

/// <summary>
/// A template that does not parse, that fails while rendering, or that refuses its input with <c>raise_exception</c>.
/// Line and column count from 1 in the template's source.
/// </summary>
public sealed class TemplateException : Exception
{
    internal TemplateException(string reason, int line, int column, bool raisedByTemplate = false)
        : base(raisedByTemplate ? reason : $"Template, line {line}, column {column}: {reason}")
    {
        Reason = reason;
        Line = line;
        Column = column;
        RaisedByTemplate = raisedByTemplate;
    }

    /// <summary>What went wrong, without the place.</summary>
    public string Reason { get; }

    /// <summary>The line in the template's source, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 characters, counted from 1.</summary>
    public int Column { get; }

    /// <summary>
    /// Whether the template itself called <c>raise_exception</c>: the input does not suit it, and
    /// <see cref="Exception.Message"/> is the template author's own text.
    /// </summary>
    public bool RaisedByTemplate { get; }
}
