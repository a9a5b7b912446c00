namespace LlamaNative.Templates;

/// <summary>MarkupSafe's escaping, used by the filters <c>escape</c> and <c>safe</c>.</summary>
internal static class HtmlEscape
{
    public static TracedText Escape(RenderBudget budget, TracedText text)
    {
        int first = text.Text.AsSpan().IndexOfAny("&<>'\"");
        if (first < 0)
        {
            return text;
        }

        OutputBuffer escaped = new(budget);
        escaped.Append(text[..first]);
        for (int i = first; i < text.Length; i++)
        {
            char c = text[i];
            ReadOnlySpan<char> written = c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '\'' => "&#39;",
                '"' => "&#34;",
                _ => new ReadOnlySpan<char>(in c),
            };
            escaped.Append(written, text.IsInputAt(i));
        }

        return escaped.ToText();
    }
}
