using LlamaNative.Chat.Templates;

namespace LlamaNative.Chat;

/// <summary>
/// Detects what ends a turn in a format by rendering a short conversation: the text after an answer, and the line that starts
/// the next turn. This stops models that were not trained with an end-of-turn token, and works for unknown templates.
/// </summary>
internal static class ChatTurnEnds
{
    private const string Question = "qZ7question";
    private const string Answer = "qZ7answer";
    private const string Next = "qZ7next";

    /// <summary>Shorter strings could be part of an answer.</summary>
    private const int ShortestHeading = 4;

    public static IReadOnlyList<string> Find(ChatFormat format, string bos, string eos)
    {
        try
        {
            string text = format.Render(
                [ChatMessage.FromUser(Question), ChatMessage.FromAssistant(Answer), ChatMessage.FromUser(Next)],
                addGenerationPrompt: false);
            int start = text.IndexOf(Answer, StringComparison.Ordinal);
            int end = text.IndexOf(Next, StringComparison.Ordinal);
            if (start < 0 || end < start)
            {
                return [];
            }

            // The model's special end tokens end a turn anyway; relevant here is what the model sees as plain text.
            string between = text[(start + Answer.Length)..end];
            if (eos.Length > 0)
            {
                between = between.Replace(eos, "\n", StringComparison.Ordinal);
            }

            if (bos.Length > 0)
            {
                between = between.Replace(bos, "\n", StringComparison.Ordinal);
            }

            string? heading = between.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return heading is { Length: >= ShortestHeading } ? [heading] : [];
        }
        catch (ChatTemplateException)
        {
            // The template rejects this conversation; rely on the model's own end tokens.
            return [];
        }
    }
}
