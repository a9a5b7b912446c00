namespace LlamaNative.Templates;

/// <summary>Puts texts one behind the other.</summary>
internal static class TextJoining
{
    public static TracedText Join(RenderBudget budget, ReadOnlySpan<TracedText> parts)
    {
        bool hasInput = false;
        long length = 0;
        foreach (TracedText part in parts)
        {
            hasInput |= part.HasInput;
            length += part.Length;
        }

        if (hasInput)
        {
            OutputBuffer joined = new(budget);
            foreach (TracedText part in parts)
            {
                joined.Append(part);
            }

            return joined.ToText();
        }

        budget.AllocateText(length);
        string[] texts = new string[parts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = parts[i].Text;
        }

        return string.Concat(texts);
    }
}
