namespace LlamaNative.Chat;

/// <summary>
/// A conversation between two turns. It is never changed, only replaced as a whole, so every reader sees one consistent state, and a
/// turn that fails leaves no trace.
/// </summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="Tokens">Their tokens as evaluated by the model; clone before changing them.</param>
internal sealed record ConversationState(IReadOnlyList<ChatMessage> Messages, ConversationTokens Tokens)
{
    /// <summary>Number of messages removed because the conversation outgrew the context.</summary>
    public int Forgotten { get; init; }

    /// <summary>The result of the last answer, or null before the first.</summary>
    public GenerationResult? LastResult { get; init; }

    /// <summary>The text of the system message, or null.</summary>
    public string? SystemPrompt => Messages is [{ Role: ChatRole.System } first, ..] ? first.Content : null;

    /// <summary>The same conversation with other messages. Tokens are compared with the messages' text before each turn.</summary>
    public ConversationState With(IEnumerable<ChatMessage> messages) => this with { Messages = [.. messages] };

    /// <summary>The messages up to the last one that is not the model's.</summary>
    /// <exception cref="InvalidOperationException">There is no message to answer.</exception>
    public static IReadOnlyList<ChatMessage> ToAnswer(IReadOnlyList<ChatMessage> messages)
    {
        int end = messages.Count;
        while (end > 0 && messages[end - 1].Role == ChatRole.Assistant)
        {
            end--;
        }

        return end > 0 && messages[end - 1].Role != ChatRole.System
            ? [.. messages.Take(end)]
            : throw new InvalidOperationException("There is no message to answer. Send one with SendAsync.");
    }
}
