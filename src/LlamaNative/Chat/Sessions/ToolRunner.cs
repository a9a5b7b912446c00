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
/// text. Failed, unknown and timed-out calls are reported to the model, not to the caller. Every call in the conversation has a result,
/// even if the answer or the call was cancelled.
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
    public IAsyncEnumerable<string> SendAsync(
        string message, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(session.SendAsync(message, options, cancellationToken), options, cancellationToken);

    /// <summary>Answers the last message again, like <see cref="ChatSession.RegenerateAsync"/>, and runs the tools that the model
    /// calls.</summary>
    /// <exception cref="InvalidOperationException">There is no message to answer.</exception>
    /// <inheritdoc cref="SendAsync" path="/exception"/>
    public IAsyncEnumerable<string> RegenerateAsync(GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(session.RegenerateAsync(options, cancellationToken), options, cancellationToken);

    private async IAsyncEnumerable<string> RunAsync(
        ChatAnswer answer, GenerationOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int round = 0; ; round++)
        {
            bool complete = false;
            try
            {
                await foreach (string piece in answer.ConfigureAwait(false))
                {
                    yield return piece;
                }

                complete = round < _options.MaxRounds;
            }
            finally
            {
                if (!complete && answer.Message is { ToolCalls.Count: > 0 } interrupted)
                {
                    session.Add([.. interrupted.ToolCalls.Select(call => Result(call, "error: the call was not executed"))]);
                }
            }

            IReadOnlyList<ToolCall> calls = answer.Message?.ToolCalls ?? [];
            if (calls.Count == 0)
            {
                yield break;
            }

            if (!complete)
            {
                throw new LlamaException(
                    $"The model still calls tools after {_options.MaxRounds} rounds (ToolRunnerOptions.MaxRounds).");
            }

            // The results are part of the conversation even if the next answer is cancelled: the tools have run.
            session.Add(await RunAsync(calls, cancellationToken).ConfigureAwait(false));
            cancellationToken.ThrowIfCancellationRequested();
            answer = session.RegenerateAsync(options, cancellationToken);
        }
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
        Task<string>? running = null;
        try
        {
            running = function.InvokeAsync(call.Arguments, timeout.Token);
            return Result(call, await running.WaitAsync(timeout.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (running is { IsCompletedSuccessfully: true })
        {
            return Result(call, await running.ConfigureAwait(false)); // it ended just before it would have been cancelled
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Result(call, "error: the call was cancelled");
        }
        catch (OperationCanceledException)
        {
            return Result(call, $"error: the call took longer than {_options.CallTimeout.TotalSeconds:F0} seconds");
        }
        catch (JsonException error)
        {
            return Result(call, $"error: invalid arguments: {error.Message}");
        }
        catch (Exception error)
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
