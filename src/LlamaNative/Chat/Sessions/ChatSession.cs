using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>
/// A conversation on one sequence of a context. Each turn evaluates only new tokens; editing and regenerating roll back to the
/// last common token; a branch shares the cache of its beginning. Not thread-safe.
/// </summary>
public sealed partial class ChatSession
{
    private ConversationState _state;

    /// <summary>The turn, save or load in progress; null when the session is free.</summary>
    private object? _owner;

    /// <summary>Starts a conversation.</summary>
    /// <param name="context">The context; owned by the caller.</param>
    /// <param name="options">Format, system prompt, tools and overflow policy; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="LlamaException">The model cannot generate text; see <see cref="LlamaModel.GeneratesText"/>.</exception>
    public ChatSession(LlamaContext context, ChatSessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ModelArchitecture.RequireText(context.Model);
        Context = context;
        Options = options ?? new ChatSessionOptions();
        Options.Validate(context);
        Format = Options.Format ?? ChatFormat.FromModel(context.Model);
        _state = new ConversationState([], new ConversationTokens(context.Model.Vocabulary));
        SystemPrompt = Options.SystemPrompt;
    }

    /// <summary>The context of the session.</summary>
    public LlamaContext Context { get; }

    /// <summary>The options the session was created with.</summary>
    public ChatSessionOptions Options { get; }

    /// <summary>The chat format in use.</summary>
    public ChatFormat Format { get; }

    /// <summary>
    /// The messages of the conversation, oldest first. The list does not change: after a turn or an edit, the property returns another one.
    /// </summary>
    public IReadOnlyList<ChatMessage> Messages => State.Messages;

    /// <summary>An encoder expects the end-of-text token behind its input, which for an encoder-decoder is the conversation.</summary>
    internal int[] EndOfInput =>
        Context.Model.IsEncoderDecoder && Context.Model.Vocabulary is { AddsEos: true, Eos: { } eos } ? [eos] : [];

    /// <summary>The system message, or null. A change takes effect with the next turn.</summary>
    public string? SystemPrompt
    {
        get => State.SystemPrompt;
        set => Change(state => state.With(
            [.. value is { Length: > 0 } ? [ChatMessage.FromSystem(value)] : (ChatMessage[])[],
                .. state.Messages.Skip(state.SystemPrompt is null ? 0 : 1)]));
    }

    /// <summary>
    /// Number of messages removed by <see cref="OverflowPolicy.DropOldestTurns"/> since the conversation started.
    /// </summary>
    public int ForgottenMessages => State.Forgotten;

    /// <summary>The result of the last answer, or null before the first.</summary>
    public GenerationResult? LastResult => State.LastResult;

    /// <summary>Length of the conversation in tokens, as evaluated by the model.</summary>
    public int TokenCount => State.Tokens.Tokens.Length;

    private ConversationState State => Volatile.Read(ref _state);

    private bool UsesTools => Options.Tools.Count > 0;

    /// <inheritdoc cref="SendAsync(ChatMessage, GenerationOptions?, CancellationToken)"/>
    public ChatAnswer SendAsync(string message, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(ChatMessage.FromUser(message), options, cancellationToken);

    /// <summary>
    /// Sends a message, which may be a tool's result, and streams the answer. The message follows those that the conversation has when the
    /// enumeration begins; both are in <see cref="Messages"/> when it ends.
    /// </summary>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public ChatAnswer SendAsync(ChatMessage message, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Answer(messages => [.. messages, message], options, cancellationToken);
    }

    /// <summary>
    /// Answers the last message again. The new answer replaces the current one when its enumeration ends.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no message to answer, or an answer, save or load is in
    /// progress.</exception>
    public ChatAnswer RegenerateAsync(GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        _ = ConversationState.ToAnswer(Messages);
        return Answer(ConversationState.ToAnswer, options, cancellationToken);
    }

    /// <summary>Adds a message without answering it, e.g. one of several tool results.</summary>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public void Add(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Add([message]);
    }

    /// <summary>Replaces a message and removes all later ones. Call <see cref="RegenerateAsync"/> to answer it.</summary>
    /// <param name="index">The message's index in <see cref="Messages"/>.</param>
    /// <param name="message">The new message.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no message with this index.</exception>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public void Edit(int index, ChatMessage message)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Messages.Count);
        ArgumentNullException.ThrowIfNull(message);
        Change(state => state.With([.. state.Messages.Take(index), message]));
    }

    /// <summary>
    /// Removes all messages except the system message. The cache is kept, so a conversation with the same beginning reuses it.
    /// </summary>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public void Reset() =>
        Change(state => new ConversationState([.. state.Messages.Where(message => message.Role == ChatRole.System)], state.Tokens));

    /// <summary>
    /// Copies the conversation to another sequence of the context and returns a session for it; this session is unchanged. In a
    /// unified cache both share the cells of their common beginning.
    /// </summary>
    /// <param name="sequence">An unused sequence of the context.</param>
    /// <exception cref="ArgumentOutOfRangeException">The context has no such sequence.</exception>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public ChatSession Branch(int sequence)
    {
        ThrowIfBusy();
        Context.Cache.Copy(Options.Sequence, sequence);
        return new ChatSession(Context, Options with { Sequence = sequence, Format = Format })
        {
            _state = new ConversationState(Messages, State.Tokens),
        };
    }

    /// <summary>Adds messages in one step.</summary>
    internal void Add(IReadOnlyList<ChatMessage> messages) => Change(state => state.With([.. state.Messages, .. messages]));

    /// <summary>Claims the session until <see cref="Release"/> and returns the conversation.</summary>
    internal ConversationState Claim(object owner) =>
        Interlocked.CompareExchange(ref _owner, owner, null) is null ? State : throw Busy();

    /// <summary>Frees the session and replaces the conversation, unless <paramref name="after"/> is null.</summary>
    internal void Release(object owner, ConversationState? after = null)
    {
        if (after is not null)
        {
            Volatile.Write(ref _state, after);
        }

        Interlocked.CompareExchange(ref _owner, null, owner);
    }

    /// <summary>Renders messages as the model reads them, with the session's tools and variables.</summary>
    internal string Write(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true)
    {
        JsonObject? variables = Options.TemplateVariables;
        if (UsesTools)
        {
            variables = variables is null ? [] : (JsonObject)variables.DeepClone();
            variables["tools"] = new JsonArray([.. Options.Tools.Select(tool => tool.ToJson())]);
        }

        return Format.Render(messages, addGenerationPrompt, variables, Options.Clock);
    }

    private ChatAnswer Answer(
        Func<IReadOnlyList<ChatMessage>, IReadOnlyList<ChatMessage>> ask, GenerationOptions? options, CancellationToken cancellationToken)
    {
        ThrowIfBusy();
        options ??= new GenerationOptions();
        var turn = new ChatTurn(this, ask, options with
        {
            StopSequences = [.. options.StopSequences, .. Format.TurnEnds],
            ShowSpecial = options.ShowSpecial || UsesTools,
        });
        var stream = new StreamingGeneration(Context, turn.Begin, cancellationToken);
        return new ChatAnswer(turn, stream, UsesTools ? new ToolCallReader(Format.Tools, Options.Tools) : null);
    }

    private void Change(Func<ConversationState, ConversationState> change)
    {
        ThrowIfBusy();
        Volatile.Write(ref _state, change(State));
    }

    private void ThrowIfBusy()
    {
        if (_owner is not null)
        {
            throw Busy();
        }
    }

    private static InvalidOperationException Busy() => new(
        "The session is busy. First finish or leave the enumeration of the answer, and await pending saves and loads.");
}
