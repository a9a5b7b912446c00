using LlamaNative.Chat.Templates;

namespace LlamaNative.Chat;

/// <summary>
/// Finds out what ends a turn in a format by writing a small conversation with it: what stands behind an answer, and
/// with which line the next turn begins. So models that were not taught a token for it stop as well, and templates nobody
/// has heard of work.
/// </summary>
internal static class ChatTurnEnds
{
    private const string Question = "qZ7question";
    private const string Answer = "qZ7answer";
    private const string Next = "qZ7next";

    /// <summary>Shorter texts could be part of an answer.</summary>
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

            // The special tokens of the model end a turn by themselves; what matters is what is plain text to it.
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
            // The template does not take this conversation; its model's own tokens must do.
            return [];
        }
    }
}
