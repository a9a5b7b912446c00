using LlamaNative.Chat;

namespace LlamaNative;

/// <summary>
/// A conversation on one sequence of a context. Each turn evaluates only what is new; editing and regenerating go back
/// to the last token in common; a branch shares its beginning. Not safe for concurrent use.
/// </summary>
public sealed partial class ChatSession
{
    private readonly List<ChatMessage> _messages = [];
    private readonly TextGenerator _generator;
    private ConversationTokens _tokens;

    /// <summary>The answer, save or load under way; null when the session is free.</summary>
    private object? _pending;

    /// <summary>Begins a conversation.</summary>
    /// <param name="context">The context; it stays the caller's.</param>
    /// <param name="options">The format, the system prompt and what happens when the context is full; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is bad; the exception names it.</exception>
    public ChatSession(LlamaContext context, ChatSessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        Context = context;
        Options = options ?? new ChatSessionOptions();
        Options.Validate(context);
        Format = Options.Format ?? ChatFormat.FromModel(context.Model);
        _generator = new TextGenerator(context, Options.Sequence);
        _tokens = new ConversationTokens(context.Model.Vocabulary);
        SystemPrompt = Options.SystemPrompt;
    }

    /// <summary>The context.</summary>
    public LlamaContext Context { get; }

    /// <summary>The options.</summary>
    public ChatSessionOptions Options { get; }

    /// <summary>The format in use.</summary>
    public ChatFormat Format { get; }

    /// <summary>The conversation so far.</summary>
    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>The system message; setting it changes what the next turn sees. Null for none.</summary>
    public string? SystemPrompt
    {
        get => _messages is [{ Role: ChatRole.System } first, ..] ? first.Content : null;
        set
        {
            ThrowIfPending();
            if (SystemPrompt is not null)
            {
                _messages.RemoveAt(0);
            }

            if (value is { Length: > 0 })
            {
                _messages.Insert(0, ChatMessage.FromSystem(value));
            }
        }
    }

    /// <summary>Messages forgotten by <see cref="OverflowPolicy.DropOldestTurns"/> since the conversation began.</summary>
    public int ForgottenMessages { get; private set; }

    /// <summary>The result of the last answer; null before the first.</summary>
    public GenerationResult? LastResult { get; private set; }

    /// <summary>Tokens of the conversation so far, as the model saw them.</summary>
    public int TokenCount => _tokens.Tokens.Length;

    /// <summary>Sends a message and streams the answer; both are in <see cref="Messages"/> once it has been enumerated.</summary>
    public ChatAnswer SendAsync(string message, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(ChatMessage.FromUser(message), options, cancellationToken);

    /// <summary>Sends a message, which may be a tool's result, and streams the answer.</summary>
    /// <exception cref="InvalidOperationException">The last answer was not enumerated to its end.</exception>
    public ChatAnswer SendAsync(ChatMessage message, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Answer([.. _messages, message], options, cancellationToken);
    }

    /// <summary>Answers the last message again; the answer it has is dropped.</summary>
    /// <exception cref="InvalidOperationException">There is nothing to answer.</exception>
    public ChatAnswer RegenerateAsync(GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        int end = _messages.Count;
        while (end > 0 && _messages[end - 1].Role == ChatRole.Assistant)
        {
            end--;
        }

        if (end == 0 || _messages[end - 1].Role == ChatRole.System)
        {
            throw new InvalidOperationException("There is no message to answer.");
        }

        return Answer([.. _messages.Take(end)], options, cancellationToken);
    }

    /// <summary>Adds a message without answering it, e.g. one of several tool results.</summary>
    public void Add(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        ThrowIfPending();
        _messages.Add(message);
    }

    /// <summary>Replaces a message and removes the later ones; answer with <see cref="RegenerateAsync"/>.</summary>
    /// <param name="index">The message's index in <see cref="Messages"/>.</param>
    /// <param name="message">What to put there.</param>
    public void Edit(int index, ChatMessage message)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _messages.Count);
        ArgumentNullException.ThrowIfNull(message);
        ThrowIfPending();
        _messages.RemoveRange(index, _messages.Count - index);
        _messages.Add(message);
    }

    /// <summary>
    /// Removes all messages but the system message. The cache keeps its content, so a conversation that begins alike reuses it.
    /// </summary>
    public void Reset()
    {
        ThrowIfPending();
        _messages.RemoveAll(message => message.Role != ChatRole.System);
        ForgottenMessages = 0;
        LastResult = null;
    }

    /// <summary>
    /// Continues a copy of the conversation on another sequence of the context; this session stays as it is. In a unified
    /// cache both share the cells of what they have in common.
    /// </summary>
    /// <param name="sequence">A sequence of the context that nothing else uses.</param>
    public ChatSession Branch(int sequence)
    {
        ThrowIfPending();
        Context.Cache.Copy(Options.Sequence, sequence);
        var branch = new ChatSession(Context, Options with { Sequence = sequence, Format = Format });
        branch._messages.Clear();
        branch._messages.AddRange(_messages);
        branch._tokens = _tokens.Clone();
        return branch;
    }

    private bool UsesTools => Options.Tools.Count > 0;

    private ChatAnswer Answer(List<ChatMessage> messages, GenerationOptions? options, CancellationToken cancellationToken)
    {
        ThrowIfPending();
        options ??= new GenerationOptions();
        var all = options with
        {
            StopSequences = [.. options.StopSequences, .. Format.TurnEnds],
            ShowSpecial = options.ShowSpecial || UsesTools,
        };
        var stream = new StreamingGeneration(Context, stop => Begin(messages, all, stop), cancellationToken);
        return new ChatAnswer(this, stream, UsesTools ? new ToolCallReader(Format.Tools, Options.Tools) : null);
    }

    private void ThrowIfPending()
    {
        if (_pending is not null)
        {
            throw new InvalidOperationException(
                "The session is busy: enumerate the answer to its end or leave its loop, and await a save or a load, first.");
        }
    }
}
