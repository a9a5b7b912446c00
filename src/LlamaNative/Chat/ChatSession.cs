using System.Runtime.CompilerServices;
using LlamaNative.Generation;
using LlamaNative.Models;

namespace LlamaNative.Chat;

/// <summary>
/// A conversation with a model. Each message renders the whole conversation anew, and the cache of the context keeps
/// what it has already seen of it, so only what is new is evaluated. A conversation that outgrows the context forgets its
/// oldest exchanges. It serves one caller at a time.
/// </summary>
/// <param name="generator">Generates the answers; it stays the caller's.</param>
/// <param name="template">Renders the conversation.</param>
/// <param name="options">How answers are generated; null for the defaults.</param>
public sealed class ChatSession(TextGenerator generator, IChatTemplate template, GenerationOptions? options = null)
{
    private readonly TextGenerator _generator = generator ?? throw new ArgumentNullException(nameof(generator));
    private readonly IChatTemplate _template = template ?? throw new ArgumentNullException(nameof(template));
    private readonly GenerationOptions _options = options ?? new GenerationOptions();
    private readonly List<ChatMessage> _messages = [];

    /// <summary>Instructions that stand before the conversation; null for none.</summary>
    public string? SystemMessage { get; set; }

    /// <summary>The conversation so far, without the system message.</summary>
    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>How many messages were forgotten because the context had no room for them and an answer.</summary>
    public int ForgottenMessages { get; private set; }

    /// <summary>What the last answer took; null before the first.</summary>
    public GenerationResult? LastResult { get; private set; }

    /// <summary>
    /// Says something and streams the answer in pieces of whole characters. When the enumeration ends both are part of
    /// the conversation, a cancelled answer as far as it came; when it fails, or is cancelled before the answer
    /// begins, neither is.
    /// </summary>
    /// <exception cref="ContextOverflowException">The message alone is longer than the context.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async IAsyncEnumerable<string> SendAsync(string text, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ChatMessage question = ChatMessage.User(text);
        string prompt = RenderToFit(question);
        StreamingGeneration answer = _generator.StreamAsync(prompt, OptionsFor(prompt), cancellationToken);
        try
        {
            await foreach (string piece in answer.ConfigureAwait(false))
            {
                yield return piece;
            }
        }
        finally
        {
            Note(question, answer.Result);
        }
    }

    /// <summary>Forgets the conversation; the system message stays.</summary>
    public void Reset()
    {
        _messages.Clear();
        ForgottenMessages = 0;
        LastResult = null;
    }

    /// <summary>Renders the conversation, without its oldest exchanges if they leave less than a quarter of the context for the answer.</summary>
    private string RenderToFit(ChatMessage question)
    {
        const int Exchange = 2; // a question and its answer
        int size = _generator.Context.SequenceSize;
        int room = size - Math.Min(_options.MaxTokens ?? int.MaxValue, size / 4);
        while (true)
        {
            string prompt = _template.Render([.. SystemMessages(), .. _messages, question]);
            GenerationOptions read = OptionsFor(prompt);
            if (_messages.Count == 0 || _generator.Context.Model.Vocabulary.Tokenize(prompt, read.AddSpecial, read.ParseSpecial).Length <= room)
            {
                return prompt;
            }

            _messages.RemoveRange(0, Exchange);
            ForgottenMessages += Exchange;
        }
    }

    private IEnumerable<ChatMessage> SystemMessages() => SystemMessage is { } text ? [ChatMessage.System(text)] : [];

    /// <summary>A template writes special tokens out, some of them the token that begins a text, which must not come twice.</summary>
    private GenerationOptions OptionsFor(string prompt)
    {
        Vocabulary vocabulary = _generator.Context.Model.Vocabulary;
        bool begins = vocabulary.Bos is { } bos && prompt.StartsWith(vocabulary.GetText(bos), StringComparison.Ordinal);
        return _options with { AddSpecial = !begins, ParseSpecial = true };
    }

    private void Note(ChatMessage question, GenerationResult? result)
    {
        if (result is null || (result.StopReason == StopReason.Cancelled && result.Tokens.Count == 0))
        {
            return;
        }

        _messages.Add(question);
        _messages.Add(ChatMessage.Assistant(result.Text));
        LastResult = result;
    }
}
