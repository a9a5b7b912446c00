using LlamaNative.Templates;

namespace LlamaNative.Chat.Templates;

/// <summary>
/// A chat template that does not parse, that fails while rendering, or that refuses the conversation with
/// <c>raise_exception</c>. Line and column count from 1 in the template's source.
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

    /// <summary>What went wrong, without the place.</summary>
    public string Reason { get; }

    /// <summary>The line in the template's source, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 characters, counted from 1.</summary>
    public int Column { get; }

    /// <summary>
    /// Whether the template itself called <c>raise_exception</c>: the conversation does not suit the model, and
    /// <see cref="Exception.Message"/> is the template author's own text.
    /// </summary>
    public bool RaisedByTemplate { get; }
}
