using LlamaNative.Chat.Templates;
using LlamaNative.Contexts;

namespace LlamaNative.Chat;

/// <summary>
/// Makes room for an answer when a conversation outgrows the context, according to the session's <see cref="OverflowPolicy"/>. The
/// messages to be answered are never shortened.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="messages">The conversation; old turns are removed from it.</param>
/// <param name="tokens">Its tokens; they change with it.</param>
/// <param name="before">The tokens before this turn.</param>
internal sealed class ConversationOverflow(
    ChatSession session, List<ChatMessage> messages, ConversationTokens tokens, ConversationTokens before)
{
    /// <summary>The index of the first message to be answered: those after the model's last one.</summary>
    private int FirstToAnswer
    {
        get
        {
            int first = messages.Count - 1;
            while (first > 0 && messages[first - 1].Role is not (ChatRole.Assistant or ChatRole.System))
            {
                first--;
            }

            return first;
        }
    }

    /// <summary>Makes room, as far as the policy allows; starting the answer throws if the prompt still does not fit.</summary>
    /// <param name="maxTokens">The most tokens of the answer; null reserves <see cref="ChatSessionOptions.AnswerReserve"/>.</param>
    /// <exception cref="ContextOverflowException">The context cannot hold the messages to be answered.</exception>
    public void Resolve(int? maxTokens)
    {
        LlamaContext context = session.Context;
        int reserve = Math.Min(maxTokens ?? session.Options.AnswerReserve, context.SequenceSize / 2);
        int room = context.Model.IsEncoderDecoder ? context.MicroBatchSize - session.EndOfInput.Length : context.SequenceSize - reserve;
        switch (session.Options.Overflow)
        {
            case OverflowPolicy.DropOldestTurns:
                while (tokens.Tokens.Length > room && DropOldestTurn())
                {
                    tokens.MoveTo(session.Write(messages));
                }

                break;
            case OverflowPolicy.Shift when tokens.Tokens.Length > room:
                Shift(tokens.Tokens.Length - room);
                break;
        }
    }

    /// <summary>Removes the first turn after the system message, unless it is the one to be answered.</summary>
    private bool DropOldestTurn()
    {
        int start = messages.FindIndex(message => message.Role != ChatRole.System);
        int next = start < 0 ? -1 : messages.FindIndex(start + 1, message => message.Role == ChatRole.User);
        if (next < 0 || next > FirstToAnswer)
        {
            return false;
        }

        messages.RemoveRange(start, next - start);
        return true;
    }

    /// <summary>
    /// Removes tokens between the system message and the messages to be answered from the list and the cache, and closes the gap in both.
    /// </summary>
    private void Shift(int needed)
    {
        int end = StartOfQuestion();
        int keep = Math.Min(SystemTokens(), end);
        int count = Math.Min(Math.Max(needed, (tokens.Tokens.Length - keep) / 2), end - keep);
        int remaining = tokens.Tokens.Length - count;
        if (remaining > session.Context.SequenceSize)
        {
            throw new ContextOverflowException(remaining, session.Context.SequenceSize);
        }

        if (count == 0)
        {
            return;
        }

        KvCache cache = session.Context.Cache;
        int sequence = session.Options.Sequence;
        if (keep + count <= cache.GetCommonPrefix(tokens.Tokens, sequence) && cache.CanShift)
        {
            cache.Remove(sequence, keep, keep + count);
            cache.Shift(sequence, keep + count, null, -count);
        }

        tokens.RemoveTokens(keep, count);
    }

    /// <summary>The number of tokens before the messages to be answered.</summary>
    private int StartOfQuestion()
    {
        int first = FirstToAnswer;
        ChatMessage empty = messages[first] with { Content = "", Parts = [] };
        ConversationTokens beginning = before.Clone();
        try
        {
            string text = session.Write([.. messages.Take(first), empty], addGenerationPrompt: false);
            beginning.MoveTo(text[..^HeadingLength(text, empty)]);
        }
        catch (ChatTemplateException)
        {
            // The template rejects an empty message. At least the tokens of earlier turns come before this one.
        }

        return beginning.Tokens.CommonPrefixLength(tokens.Tokens);
    }

    /// <summary>
    /// The length of what the template writes for an empty message at the end of a text. Rendering the conversation without the message
    /// would not tell: some templates rewrite earlier messages, e.g. remove their reasoning, when another follows.
    /// </summary>
    private int HeadingLength(string text, ChatMessage empty)
    {
        try
        {
            ChatSessionOptions options = session.Options;
            string alone = session.Format.Render([empty], addGenerationPrompt: false, options.TemplateVariables, options.Clock);
            int length = 0;
            while (length < Math.Min(alone.Length, text.Length) && alone[^(length + 1)] == text[^(length + 1)])
            {
                length++;
            }

            return length;
        }
        catch (ChatTemplateException)
        {
            return 0; // The template rejects this message as the first. Its heading may be removed, but not its content.
        }
    }

    private int SystemTokens()
    {
        List<ChatMessage> system = [.. messages.TakeWhile(message => message.Role == ChatRole.System)];
        if (system.Count == 0)
        {
            return 1; // the begin-of-text token
        }

        // The common prefix of this conversation and one with only the system message.
        var alone = new ConversationTokens(session.Context.Model.Vocabulary);
        alone.MoveTo(session.Write([.. system, ChatMessage.FromUser("")], addGenerationPrompt: false));
        return Math.Max(1, alone.Tokens.CommonPrefixLength(tokens.Tokens));
    }
}
