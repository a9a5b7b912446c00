using System.Runtime.CompilerServices;
using System.Text.Json;

namespace LlamaNative;

/// <summary>Limits of a <see cref="ToolRunner"/>.</summary>
public sealed record ToolRunnerOptions
{
    /// <summary>Maximum number of times per message that the model is called again with tool results.</summary>
    public int MaxRounds { get; init; } = 8;

    /// <summary>Maximum number of calls executed per answer.</summary>
    public int MaxCallsPerRound { get; init; } = 16;

    /// <summary>
    /// Time limit per call, or <see cref="Timeout.InfiniteTimeSpan"/>; a call that exceeds it is reported to the model as
    /// failed.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    internal void Validate()
    {
        OptionCheck.AtLeast(MaxRounds, 0);
        OptionCheck.AtLeast(MaxCallsPerRound, 0);
        if (CallTimeout != Timeout.InfiniteTimeSpan)
        {
            OptionCheck.InRange(CallTimeout, TimeSpan.Zero, TimeSpan.FromMilliseconds(int.MaxValue));
        }
    }
}

/// <summary>
/// Runs a conversation with tools: executes the model's tool calls and returns the results to the model until it answers with
/// text. Failed, unknown and timed-out calls are reported to the model, not to the caller.
/// </summary>
/// <param name="session">The session, whose options list the same tools.</param>
/// <param name="functions">The tools with their implementations.</param>
/// <param name="options">The limits; null for the defaults.</param>
public sealed class ToolRunner(ChatSession session, IReadOnlyList<ToolFunction> functions, ToolRunnerOptions? options = null)
{
    private readonly ToolRunnerOptions _options = Checked(options ?? new ToolRunnerOptions());

    /// <summary>Sends a message and streams the model's text across all its tool calls.</summary>
    /// <exception cref="LlamaException">The model still calls tools after <see cref="ToolRunnerOptions.MaxRounds"/>
    /// rounds.</exception>
    public async IAsyncEnumerable<string> SendAsync(
        string message, GenerationOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatMessage next = ChatMessage.FromUser(message);
        for (int round = 0; round <= _options.MaxRounds; round++)
        {
            ChatAnswer answer = session.SendAsync(next, options, cancellationToken);
            await foreach (string piece in answer.ConfigureAwait(false))
            {
                yield return piece;
            }

            IReadOnlyList<ToolCall> calls = answer.Message?.ToolCalls ?? [];
            if (calls.Count == 0)
            {
                yield break;
            }

            ChatMessage[] results = await RunAsync(calls, cancellationToken).ConfigureAwait(false);
            foreach (ChatMessage result in results[..^1])
            {
                session.Add(result);
            }

            next = results[^1];
        }

        throw new LlamaException($"The model still calls tools after {_options.MaxRounds} rounds (ToolRunnerOptions.MaxRounds).");
    }

    private Task<ChatMessage[]> RunAsync(IReadOnlyList<ToolCall> calls, CancellationToken cancellationToken) =>
        Task.WhenAll(calls.Select((call, index) => index < _options.MaxCallsPerRound
            ? RunAsync(call, cancellationToken)
            : Task.FromResult(Result(call, $"error: only {_options.MaxCallsPerRound} calls are executed per answer"))));

    private async Task<ChatMessage> RunAsync(ToolCall call, CancellationToken cancellationToken)
    {
        ToolFunction? function = functions.FirstOrDefault(function => function.Definition.Name == call.Name);
        if (function is null)
        {
            return Result(call, $"error: there is no tool named '{call.Name}'");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.CallTimeout);
        try
        {
            string result = await function.InvokeAsync(call.Arguments, timeout.Token).WaitAsync(timeout.Token).ConfigureAwait(false);
            return Result(call, result);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Result(call, $"error: the call took longer than {_options.CallTimeout.TotalSeconds:F0} seconds");
        }
        catch (JsonException error)
        {
            return Result(call, $"error: invalid arguments: {error.Message}");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Result(call, $"error: {error.Message}");
        }
    }

    private static ChatMessage Result(ToolCall call, string content) =>
        new(ChatRole.Tool, content) { Name = call.Name, ToolCallId = call.Id };

    private static ToolRunnerOptions Checked(ToolRunnerOptions options)
    {
        options.Validate();
        return options;
    }
}
