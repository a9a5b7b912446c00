using DesktopChat.Conversations;
using DesktopChat.Endpoints;
using DesktopChat.Events;
using DesktopChat.Models;
using DesktopChat.Settings;
using LlamaNative;
using Microsoft.Extensions.Logging;

namespace DesktopChat.Answers;

/// <summary>
/// Generates answers in the background, even if no page is open, so closing a window loses nothing. A conversation has one
/// answer at a time; several conversations take turns using the model.
/// </summary>
internal sealed partial class AnswerService(
    ConversationStore conversations, ModelHost models, SettingsStore settings, EventHub events, ILogger<AnswerService> logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RunningAnswer> _running = [];

    /// <summary>The answers in progress.</summary>
    public IReadOnlyList<AnswerState> List()
    {
        lock (_gate)
        {
            return [.. _running.Values.Select(answer => answer.State)];
        }
    }

    /// <summary>Adds a message and starts an answer.</summary>
    public void Send(string id, string text) => Begin(id, conversation => conversation with
    {
        Title = conversation.Messages.Count == 0 && conversation.Title == Conversation.Untitled
            ? Conversation.TitleOf(text)
            : conversation.Title,
        Messages = [.. conversation.Messages, Message.FromUser(text)],
    });

    /// <summary>Replaces a user message, removes the messages after it, and starts an answer.</summary>
    public void Edit(string id, string messageId, string text) => Begin(id, conversation =>
    {
        int index = conversation.IndexOf(messageId);
        return conversation.Messages[index].Role == ChatRole.User
            ? conversation with { Messages = [.. conversation.Messages.Take(index), Message.FromUser(text)] }
            : throw ApiException.Invalid("Only your own messages can be edited.");
    });

    /// <summary>
    /// Answers again: removes the answer, or everything after a user message, and starts a new answer. If that ends without text, what was
    /// removed comes back.
    /// </summary>
    public void Regenerate(string id, string messageId) => Begin(id, replaces: true, change: conversation =>
    {
        int end = conversation.IndexOf(messageId) + 1;
        while (end > 0 && conversation.Messages[end - 1].Role != ChatRole.User)
        {
            end--;
        }

        return end > 0
            ? conversation with { Messages = [.. conversation.Messages.Take(end)] }
            : throw ApiException.Invalid("There is no message to answer.");
    });

    /// <summary>Stops an answer in progress, if any; the text so far is kept.</summary>
    public void Stop(string id)
    {
        Find(id)?.Stop();
    }

    /// <summary>Stops a conversation's answer and deletes the conversation.</summary>
    public async Task DeleteAsync(string id)
    {
        if (Find(id) is { } answer)
        {
            answer.Stop();
            await answer.Done.ConfigureAwait(false);
        }

        conversations.Delete(id);
    }

    /// <summary>Stops all answers and waits until they are saved.</summary>
    public async Task StopAllAsync()
    {
        RunningAnswer[] running;
        lock (_gate)
        {
            running = [.. _running.Values];
        }

        foreach (RunningAnswer answer in running)
        {
            answer.Stop();
        }

        await Task.WhenAll(running.Select(answer => answer.Done)).ConfigureAwait(false);
    }

    private RunningAnswer? Find(string id)
    {
        lock (_gate)
        {
            return _running.GetValueOrDefault(id);
        }
    }

    private void Begin(string id, Func<Conversation, Conversation> change, bool replaces = false)
    {
        lock (_gate)
        {
            if (_running.ContainsKey(id))
            {
                throw ApiException.Conflict("busy", "An answer is being written in this conversation. Stop it first.");
            }

            if (models.State is { Phase: ModelPhase.None or ModelPhase.Failed } state)
            {
                throw ApiException.Conflict("no-model", state.Error ?? "No model is loaded. Choose one first.");
            }

            Conversation before = conversations.Get(id);
            Conversation conversation = conversations.Update(id, change);
            var answer = new RunningAnswer(id, events)
            {
                Replaced = replaces ? [.. before.Messages.Skip(conversation.Messages.Count)] : [],
            };
            _running[id] = answer;
            answer.Enter(AnswerPhase.Waiting);
            answer.Done = Task.Run(() => RunAsync(conversation, answer));
        }
    }

    private async Task RunAsync(Conversation conversation, RunningAnswer answer)
    {
        string? error = null;
        AnswerOutcome? outcome = null;
        try
        {
            outcome = await models.UseAsync(
                (model, stop) =>
                {
                    answer.Enter(AnswerPhase.Reading);
                    return model.AnswerAsync(conversation.Messages, settings.Current, answer.Append, stop);
                },
                answer.Stopped).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting for the model.
        }
        catch (Exception failure) when (failure is LlamaException or ArgumentException or ApiException)
        {
            error = ErrorText.Of(failure);
        }
        catch (Exception failure)
        {
            error = "An unexpected error occurred; see the program's console for details.";
            LogFailed(failure);
        }

        End(conversation.Id, answer, outcome, error);
    }

    private void End(string id, RunningAnswer answer, AnswerOutcome? outcome, string? error)
    {
        string text = outcome?.Message?.Content ?? answer.Text;
        lock (_gate)
        {
            try
            {
                IReadOnlyList<Message> end =
                    text.Length > 0 ? [Message.FromAssistant(text, Statistics(outcome?.Result))] : answer.Replaced;
                if (end.Count > 0)
                {
                    conversations.Update(id, conversation => conversation with { Messages = [.. conversation.Messages, .. end] });
                }
            }
            catch (Exception failure) when (failure is ApiException or IOException or UnauthorizedAccessException)
            {
                error = $"The answer could not be saved: {failure.Message}";
            }

            _running.Remove(id);
            events.Publish(EventNames.AnswerEnd, new AnswerEnd(id, error), DesktopJson.Default.AnswerEnd);
        }
    }

    private static AnswerStatistics? Statistics(GenerationResult? result) => result is null ? null : new AnswerStatistics(
        result.Usage.CompletionTokens,
        Math.Round(result.Timings.TokensPerSecond, 1),
        result.Usage.PromptTokens,
        result.Usage.CachedTokens,
        Math.Round(result.Timings.Total.TotalSeconds, 2),
        result.StopReason.ToString());

    [LoggerMessage(Level = LogLevel.Error, Message = "An answer failed")]
    private partial void LogFailed(Exception failure);
}
