namespace LlamaNative.Templates;

/// <summary>Concatenates texts.</summary>
internal static class TextJoining
{
    private const int FewEdges = 16;

    public static TracedText Join(RenderBudget budget, ReadOnlySpan<TracedText> parts)
    {
        long length = 0;
        int most = 0;
        foreach (ref readonly TracedText part in parts)
        {
            length += part.Length;
            most += part.MostEdges;
        }

        budget.AllocateText(length);
        budget.Allocate((long)most * sizeof(int));
        string text = Concatenate(parts);
        Span<int> edges = most <= FewEdges ? stackalloc int[FewEdges] : new int[most];
        int count = 0;
        int start = 0;
        foreach (ref readonly TracedText part in parts)
        {
            count = part.HasInput ? AddEdges(part, start, edges, count) : count;
            start += part.Length;
        }

        return TracedText.Of(text, edges[..count]);
    }

    private static string Concatenate(ReadOnlySpan<TracedText> parts)
    {
        if (parts is [TracedText first, TracedText second])
        {
            return string.Concat(first.Text, second.Text);
        }

        string[] texts = new string[parts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = parts[i].Text;
        }

        return string.Concat(texts);
    }

    /// <summary>Adds a part's input ranges, merging one that starts where the previous one ended.</summary>
    private static int AddEdges(in TracedText part, int offset, Span<int> edges, int count)
    {
        foreach (TextRun run in part)
        {
            if (!run.IsInput)
            {
                continue;
            }

            if (count > 0 && edges[count - 1] == offset + run.Start)
            {
                count--;
            }
            else
            {
                edges[count++] = offset + run.Start;
            }

            edges[count++] = offset + run.Start + run.Length;
        }

        return count;
    }
}
