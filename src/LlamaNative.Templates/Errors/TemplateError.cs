namespace LlamaNative.Templates;

/// <summary>
/// An error raised below the syntax tree, where no position is known; it is converted to a <see cref="TemplateException"/> at
/// the position of the node being evaluated.
/// </summary>
internal sealed class TemplateError(string message, bool raisedByTemplate = false) : Exception(message)
{
    public bool RaisedByTemplate { get; } = raisedByTemplate;

    public static TemplateError TooDeep() => new("values are nested too deeply");
}
