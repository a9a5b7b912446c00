using DesktopChat.Conversations;
using DesktopChat.Settings;
using LlamaNative;

namespace DesktopChat.Models;

/// <summary>How an answer ended. <paramref name="Message"/> and <paramref name="Result"/> are null when nothing was said.</summary>
internal sealed record AnswerOutcome(ChatMessage? Message, GenerationResult? Result, bool Stopped);

/// <summary>
/// A model with its context and the one session all conversations take turns in. Owns all three. The session is moved
/// to whatever is to be answered; what the cache has in common with it is not evaluated again.
/// </summary>
internal sealed class LoadedModel : IAsyncDisposable
{
    private readonly LlamaModel _model;
    private readonly LlamaContext _context;
    private readonly ChatSession _session;

    /// <summary>Takes the model over, also when the context cannot be made.</summary>
    public LoadedModel(LlamaModel model, ContextOptions options)
    {
        _model = model;
        try
        {
            _context = new LlamaContext(model, options);
            _session = new ChatSession(_context);
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
        Description = _model.Description,
        ContextSize = _context.SequenceSize,
        Template = _session.Format.Source,
        Placement = _model.Placement.ToString(),
        LoadSeconds = _model.LoadTime.TotalSeconds,
    };

    /// <summary>Answers the last of the messages. One call at a time.</summary>
    /// <param name="messages">The conversation, ending with the user's message.</param>
    /// <param name="settings">The system prompt and how to generate.</param>
    /// <param name="onPiece">Told each piece of the answer as it comes.</param>
    /// <param name="cancellationToken">Stops the answer; what was said by then is in the outcome.</param>
    public async Task<AnswerOutcome> AnswerAsync(IReadOnlyList<Message> messages, ChatSettings settings,
        Action<string> onPiece, CancellationToken cancellationToken)
    {
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

    /// <summary>Makes the session's messages the wanted ones, changing it only from the first difference on.</summary>
    private void MoveTo(IReadOnlyList<ChatMessage> wanted)
    {
        int system = _session.SystemPrompt is null ? 0 : 1;

        // In a long conversation the session has forgotten the first messages; where it goes on with the rest, it keeps to that.
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
            // Behind the last message in common the session has others: put it there again, which forgets them.
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
