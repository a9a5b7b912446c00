namespace LlamaNative.Templates;

/// <summary>A template's source, normalized like Jinja2: line breaks become \n, and one at the end is removed.</summary>
internal sealed class SourceText
{
    public SourceText(string source)
    {
        string text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        Text = text.EndsWith('\n') ? text[..^1] : text;
    }

    public string Text { get; }

    public TemplateException Error(string reason, int position, bool raisedByTemplate = false)
    {
        ReadOnlySpan<char> before = Text.AsSpan(0, Math.Clamp(position, 0, Text.Length));
        int line = before.Count('\n') + 1;
        int column = before.Length - before.LastIndexOf('\n');
        return new TemplateException(reason, line, column, raisedByTemplate);
    }
}
