namespace LlamaNative.Chat.Templates;

/// <summary>MarkupSafe's escaping, behind the filters <c>escape</c> and <c>safe</c>.</summary>
internal static class HtmlEscape
{
    public static string Escape(RenderBudget budget, string text)
    {
        int first = text.AsSpan().IndexOfAny("&<>'\"");
        if (first < 0)
        {
            return text;
        }

        OutputBuffer escaped = new(budget);
        escaped.Append(text.AsSpan(0, first));
        foreach (char c in text.AsSpan(first))
        {
            escaped.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '\'' => "&#39;",
                '"' => "&#34;",
                _ => new ReadOnlySpan<char>(in c),
            });
        }

        return escaped.ToString();
    }
}
