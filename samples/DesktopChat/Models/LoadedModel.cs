using DesktopChat.Conversations;
using DesktopChat.Settings;
using LlamaNative;
using LlamaNative.Models;

namespace DesktopChat.Models;

/// <summary>The outcome of an answer. <paramref name="Message"/> and <paramref name="Result"/> are null if no text was generated.</summary>
internal sealed record AnswerOutcome(ChatMessage? Message, GenerationResult? Result, bool Stopped);

/// <summary>
/// A model with its context and one session that all conversations share in turn; owns all three. The session switches to the
/// conversation to answer, and a common prefix in the cache is not evaluated again.
/// </summary>
internal sealed class LoadedModel : IAsyncDisposable
{
    private readonly LlamaModel _model;
    private readonly LlamaContext _context;
    private readonly IReadOnlyList<LoraFile> _adapters;
    private ChatSession _session;
    private ChatSettings _rendered;

    /// <summary>Takes ownership of the model, even if creating the context or loading an adapter fails.</summary>
    public LoadedModel(LlamaModel model, ChatSettings settings)
    {
        _model = model;
        _adapters = settings.ToLoraFiles();
        _rendered = settings;
        try
        {
            _context = new LlamaContext(model, settings.ToContextOptions());
            ApplyAdapters();
            _session = NewSession(settings, format: null);
        }
        catch
        {
            _context?.Dispose();
            model.Dispose();
            throw;
        }
    }

    public ModelState Describe() => new(ModelPhase.Ready)
    {
        Path = _model.Path,
        Progress = 1,
        Description = string.Join(" + ", [_model.Description, .. _adapters.Select(adapter => adapter.ToString())]),
        ContextSize = _context.SequenceSize,
        Template = _session.Format.Source,
        Placement = _model.Placement.ToString(),
        LoadSeconds = _model.LoadTime.TotalSeconds,
    };

    /// <summary>Answers the last message. One call at a time.</summary>
    /// <param name="messages">The conversation, ending with the user's message.</param>
    /// <param name="settings">The system prompt and generation settings.</param>
    /// <param name="onPiece">Called with each piece of the answer.</param>
    /// <param name="cancellationToken">Stops the answer; the outcome contains the text so far.</param>
    public async Task<AnswerOutcome> AnswerAsync(IReadOnlyList<Message> messages, ChatSettings settings,
        Action<string> onPiece, CancellationToken cancellationToken)
    {
        if (!settings.RendersLike(_rendered))
        {
            _session = NewSession(settings, _session.Format);
            _rendered = settings;
        }

        _session.SystemPrompt = settings.SystemPrompt;
        MoveTo([.. messages.Select(message => new ChatMessage(message.Role, message.Text))]);
        ChatAnswer answer = _session.RegenerateAsync(settings.ToGenerationOptions(), cancellationToken);
        bool stopped = false;
        try
        {
            await foreach (string piece in answer.ConfigureAwait(false))
            {
                onPiece(piece);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            stopped = true;
        }

        return new AnswerOutcome(answer.Message, answer.Result, stopped);
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync().ConfigureAwait(false);
        _model.Dispose();
    }

    /// <summary>Applies the adapters; the context keeps them alive.</summary>
    private void ApplyAdapters()
    {
        var loaded = new List<ScaledLora>();
        try
        {
            foreach (LoraFile file in _adapters)
            {
                loaded.Add(new ScaledLora(LoraAdapter.Load(_model, file.Path), file.Scale));
            }

            if (loaded.Count > 0)
            {
                _context.SetLoraAdapters([.. loaded]);
            }
        }
        finally
        {
            loaded.ForEach(lora => lora.Adapter.Dispose());
        }
    }

    private ChatSession NewSession(ChatSettings settings, ChatFormat? format) => new(_context, new ChatSessionOptions
    {
        Format = format,
        TemplateVariables = settings.ToTemplateVariables(),
    });

    /// <summary>Sets the session's messages, changing them only from the first difference.</summary>
    private void MoveTo(IReadOnlyList<ChatMessage> wanted)
    {
        int system = _session.SystemPrompt is null ? 0 : 1;

        // In a long conversation the session has dropped the first messages; if it continues with the rest, they stay dropped.
        int forgotten = Math.Min(_session.ForgottenMessages, wanted.Count - 1);
        ReadOnlySpan<ChatMessage> rest = wanted.ToArray().AsSpan(forgotten);
        int common = Common(system, rest);
        if (common == 0)
        {
            _session.Reset();
            rest = wanted.ToArray();
        }
        else if (_session.Messages.Count - system > common || common == rest.Length)
        {
            // The session has other messages after the last common one; editing that one removes them.
            common = Math.Min(common, rest.Length) - 1;
            _session.Edit(system + common, rest[common]);
            common++;
        }

        foreach (ChatMessage message in rest[common..])
        {
            _session.Add(message);
        }
    }

    private int Common(int system, ReadOnlySpan<ChatMessage> wanted)
    {
        int count = 0;
        while (count < wanted.Length && system + count < _session.Messages.Count
            && _session.Messages[system + count] is var have && have.Role == wanted[count].Role && have.Content == wanted[count].Content)
        {
            count++;
        }

        return count;
    }
}
