namespace LlamaNative.Chat.Templates;

/// <summary>
/// A failure below the syntax tree, where no position is known; <see cref="ChatTemplate"/> turns it into a
/// <see cref="ChatTemplateException"/> at the position of the node being evaluated.
/// </summary>
internal sealed class TemplateError(string message, bool raisedByTemplate = false) : Exception(message)
{
    public bool RaisedByTemplate { get; } = raisedByTemplate;

    public static TemplateError Undefined(in TemplateValue value) => new(value.UndefinedMessage);

    public static TemplateError NotIterable(in TemplateValue value) => new($"'{value.TypeName}' object is not iterable");

    public static TemplateError TooDeep() => new("values are nested too deeply");
}
