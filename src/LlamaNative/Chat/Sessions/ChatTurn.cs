using LlamaNative.Chat.Templates;

namespace LlamaNative.Chat;

/// <summary>
/// One turn of a session, from the start of its enumeration to its end. It works on a copy of the conversation and gives the session the
/// conversation with the answer when it ends, in one step. A turn that fails, or is cancelled before the model says anything, changes
/// nothing.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="ask">The messages to answer, given those of the conversation when the turn starts.</param>
/// <param name="options">The options of the answer.</param>
internal sealed class ChatTurn(
    ChatSession session, Func<IReadOnlyList<ChatMessage>, IReadOnlyList<ChatMessage>> ask, GenerationOptions options)
{
    private ConversationState? _before;
    private ConversationTokens? _tokens;
    private List<ChatMessage> _messages = [];
    private int _forgotten;

    /// <summary>Starts the turn: until it ends, the session takes no other call.</summary>
    /// <exception cref="InvalidOperationException">The session is busy, or the turn was started before.</exception>
    public void Start()
    {
        if (_before is not null)
        {
            throw new InvalidOperationException("An answer can be enumerated only once. Call RegenerateAsync for another one.");
        }

        ConversationState before = session.Claim(this);
        try
        {
            _messages = [.. ask(before.Messages)];
            _before = before;
        }
        finally
        {
            if (_before is null)
            {
                session.Release(this);
            }
        }
    }

    /// <summary>Renders the conversation, frees space for it, and starts the answer. Runs on the context's thread.</summary>
    public GenerationRun Begin(CancellationToken stop)
    {
        ConversationTokens tokens = _before!.Tokens.Clone();
        tokens.MoveTo(session.Write(_messages));
        int said = _messages.Count;
        new ConversationOverflow(session, _messages, tokens, _before.Tokens).Resolve(options.MaxTokens);
        _forgotten = said - _messages.Count;

        // A tool's result means that the required call was made. Requiring another would never let the model answer in words.
        ToolChoice choice = _messages[^1].Role == ChatRole.Tool ? ToolChoice.Auto : session.Options.ToolChoice;
        IReadOnlyList<ToolDefinition> tools = session.Options.Tools;
        GenerationOptions constrained =
            tools.Count > 0 ? ToolGeneration.Constrain(options, tools, choice, session.Format.Tools) : options;
        GenerationRun run = new TextGenerator(session.Context, session.Options.Sequence)
            .Start([.. tokens.Tokens, .. session.EndOfInput], constrained, stop);
        _tokens = tokens;
        return run;
    }

    /// <summary>Ends the turn. Returns the model's message, possibly cut short, or null if the turn failed or produced nothing.</summary>
    /// <param name="result">The result; null after a failure.</param>
    /// <param name="speech">The text without tool calls.</param>
    /// <param name="calls">The tool calls.</param>
    public ChatMessage? End(GenerationResult? result, string speech, IReadOnlyList<ToolCall> calls)
    {
        ConversationState? after = null;
        try
        {
            if (result is null || (result.StopReason == StopReason.Cancelled && speech.Length == 0 && calls.Count == 0))
            {
                return null;
            }

            AddTokens(result);
            ChatMessage message = AsTheTemplateWritesIt(ChatMessage.FromAssistant(speech) with { ToolCalls = calls });
            after = new ConversationState([.. _messages, message], _tokens!)
            {
                Forgotten = _before!.Forgotten + _forgotten,
                LastResult = result,
            };
            return message;
        }
        finally
        {
            session.Release(this, after);
        }
    }

    /// <summary>
    /// A stop sequence can split tokens, so such an answer is tokenized again with the next turn. The special token that ends a turn is
    /// not part of the answer: the template writes it after the message.
    /// </summary>
    private void AddTokens(GenerationResult result)
    {
        int[] tokens = [.. result.Tokens];
        bool endsWithSpecial = tokens.Length > 0 && IsSpecial(tokens[^1]);
        if (endsWithSpecial || result.StopReason != StopReason.StopSequence)
        {
            _tokens!.AddAnswer(result.Text, endsWithSpecial ? tokens.AsSpan(..^1) : tokens);
        }
    }

    private bool IsSpecial(int token) =>
        session.Context.Model.Vocabulary.IsEndOfGeneration(token) || session.Context.Model.Vocabulary.IsControl(token);

    /// <summary>
    /// Some templates add whitespace around an answer, others trim it. The content is chosen so that the template reproduces the
    /// generated text and the cache still matches the next turn.
    /// </summary>
    private ChatMessage AsTheTemplateWritesIt(ChatMessage message)
    {
        string text = message.Content ?? "";
        foreach (string content in new[] { text, text.TrimStart(), text.TrimEnd(), text.Trim() }.Distinct())
        {
            ChatMessage candidate = message with { Content = content };
            try
            {
                string written = session.Write([.. _messages, candidate], addGenerationPrompt: false);
                if (written.StartsWith(_tokens!.Text, StringComparison.Ordinal))
                {
                    return candidate;
                }
            }
            catch (ChatTemplateException)
            {
                break; // the next turn decides
            }
        }

        return message;
    }
}
