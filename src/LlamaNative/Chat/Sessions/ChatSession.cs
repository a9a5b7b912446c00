using LlamaNative.Chat;

namespace LlamaNative;

/// <summary>
/// A conversation on one sequence of a context. Each turn evaluates only new tokens; editing and regenerating roll back to the
/// last common token; a branch shares the cache of its beginning. Not thread-safe.
/// </summary>
public sealed partial class ChatSession
{
    private readonly List<ChatMessage> _messages = [];
    private readonly TextGenerator _generator;
    private ConversationTokens _tokens;

    /// <summary>The answer, save or load in progress; null when the session is free.</summary>
    private object? _pending;

    /// <summary>Starts a conversation.</summary>
    /// <param name="context">The context; owned by the caller.</param>
    /// <param name="options">Format, system prompt, tools and overflow policy; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
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

    /// <summary>The context of the session.</summary>
    public LlamaContext Context { get; }

    /// <summary>The options the session was created with.</summary>
    public ChatSessionOptions Options { get; }

    /// <summary>The chat format in use.</summary>
    public ChatFormat Format { get; }

    /// <summary>The messages of the conversation, oldest first.</summary>
    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>The system message, or null. A change takes effect with the next turn.</summary>
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

    /// <summary>
    /// Number of messages removed by <see cref="OverflowPolicy.DropOldestTurns"/> since the conversation started.
    /// </summary>
    public int ForgottenMessages { get; private set; }

    /// <summary>The result of the last answer, or null before the first.</summary>
    public GenerationResult? LastResult { get; private set; }

    /// <summary>Length of the conversation in tokens, as evaluated by the model.</summary>
    public int TokenCount => _tokens.Tokens.Length;

    /// <summary>Sends a message and streams the answer. Both are in <see cref="Messages"/> after the enumeration.</summary>
    public ChatAnswer SendAsync(string message, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(ChatMessage.FromUser(message), options, cancellationToken);

    /// <summary>Sends a message, which may be a tool's result, and streams the answer.</summary>
    /// <exception cref="InvalidOperationException">The last answer was not enumerated to its end.</exception>
    public ChatAnswer SendAsync(ChatMessage message, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Answer([.. _messages, message], options, cancellationToken);
    }

    /// <summary>Answers the last message again, discarding its current answer.</summary>
    /// <exception cref="InvalidOperationException">There is no message to answer.</exception>
    public ChatAnswer RegenerateAsync(GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        int end = _messages.Count;
        while (end > 0 && _messages[end - 1].Role == ChatRole.Assistant)
        {
            end--;
        }

        if (end == 0 || _messages[end - 1].Role == ChatRole.System)
        {
            throw new InvalidOperationException("There is no message to answer. Send one with SendAsync.");
        }

        return Answer([.. _messages.Take(end)], options, cancellationToken);
    }

    /// <summary>Adds a message without answering it, e.g. one of several tool results.</summary>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public void Add(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        ThrowIfPending();
        _messages.Add(message);
    }

    /// <summary>Replaces a message and removes all later ones. Call <see cref="RegenerateAsync"/> to answer it.</summary>
    /// <param name="index">The message's index in <see cref="Messages"/>.</param>
    /// <param name="message">The new message.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no message with this index.</exception>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
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
    /// Removes all messages except the system message. The cache is kept, so a conversation with the same beginning reuses it.
    /// </summary>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public void Reset()
    {
        ThrowIfPending();
        _messages.RemoveAll(message => message.Role != ChatRole.System);
        ForgottenMessages = 0;
        LastResult = null;
    }

    /// <summary>
    /// Copies the conversation to another sequence of the context and returns a session for it; this session is unchanged. In a
    /// unified cache both share the cells of their common beginning.
    /// </summary>
    /// <param name="sequence">An unused sequence of the context.</param>
    /// <exception cref="ArgumentOutOfRangeException">The context has no such sequence.</exception>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
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
                "The session is busy. First finish or leave the enumeration of the answer, and await pending saves and loads.");
        }
    }
}
