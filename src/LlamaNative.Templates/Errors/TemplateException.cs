namespace LlamaNative.Templates;

/// <summary>
/// A template does not parse, fails while rendering, or rejects its input with <c>raise_exception</c>. Lines and columns count
/// from 1 in the template's source.
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

    /// <summary>The error without its position.</summary>
    public string Reason { get; }

    /// <summary>The line in the template's source, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 code units, counted from 1.</summary>
    public int Column { get; }

    /// <summary>
    /// Whether the template called <c>raise_exception</c>: it rejects the input, and <see cref="Exception.Message"/> is the
    /// template author's text.
    /// </summary>
    public bool RaisedByTemplate { get; }
}
