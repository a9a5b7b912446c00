using LlamaNative.Templates;

namespace LlamaNative.Chat.Templates;

/// <summary>
/// A chat template does not parse, fails while rendering, or rejects the conversation with <c>raise_exception</c>. Lines and
/// columns count from 1 in the template's source.
/// </summary>
public sealed class ChatTemplateException : LlamaException
{
    internal ChatTemplateException(TemplateException error)
        : base(error.RaisedByTemplate ? error.Reason : $"Chat template, line {error.Line}, column {error.Column}: {error.Reason}", error)
    {
        Reason = error.Reason;
        Line = error.Line;
        Column = error.Column;
        RaisedByTemplate = error.RaisedByTemplate;
    }

    /// <summary>The error without its position.</summary>
    public string Reason { get; }

    /// <summary>The line in the template's source, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 code units, counted from 1.</summary>
    public int Column { get; }

    /// <summary>
    /// Whether the template called <c>raise_exception</c>: it rejects the conversation, and <see cref="Exception.Message"/> is
    /// the template author's text.
    /// </summary>
    public bool RaisedByTemplate { get; }
}
