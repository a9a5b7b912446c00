using System.Runtime.CompilerServices;
using System.Text.Json;
using LlamaNative.Generation;

namespace LlamaNative.Chat;

/// <summary>Bounds of a conversation with tools.</summary>
public sealed record ToolRunnerOptions
{
    /// <summary>Most times the model is asked again with the results of its calls.</summary>
    public int MaxRounds { get; init; } = 8;

    /// <summary>Most calls of one answer that are run.</summary>
    public int MaxCallsPerRound { get; init; } = 16;

    /// <summary>
    /// The longest a call may take, <see cref="Timeout.InfiniteTimeSpan"/> for any time; the model is then told that it failed.
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
/// Holds a conversation in which the model's tool calls are run and their results given back until it answers in words. A
/// tool that fails, is unknown or takes too long is reported to the model and not to the caller.
/// </summary>
/// <param name="session">The session; its options name the same tools.</param>
/// <param name="functions">The tools.</param>
/// <param name="options">The bounds; null for the defaults.</param>
public sealed class ToolRunner(ChatSession session, IReadOnlyList<ToolFunction> functions, ToolRunnerOptions? options = null)
{
    private readonly ToolRunnerOptions _options = Checked(options ?? new ToolRunnerOptions());

    /// <summary>Says something and streams what the model says, through all its calls.</summary>
    /// <exception cref="LlamaException">The model still calls tools after <see cref="ToolRunnerOptions.MaxRounds"/>.</exception>
    public async IAsyncEnumerable<string> SendAsync(
        string message, GenerationOptions? generation = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatMessage next = ChatMessage.FromUser(message);
        for (int round = 0; round <= _options.MaxRounds; round++)
        {
            ChatAnswer answer = session.SendAsync(next, generation, cancellationToken);
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

        throw new LlamaException($"The model still calls tools after {_options.MaxRounds} rounds.");
    }

    private Task<ChatMessage[]> RunAsync(IReadOnlyList<ToolCall> calls, CancellationToken cancellationToken) =>
        Task.WhenAll(calls.Select((call, index) => index < _options.MaxCallsPerRound
            ? RunAsync(call, cancellationToken)
            : Task.FromResult(Result(call, $"error: only {_options.MaxCallsPerRound} calls are run at once"))));

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
            return Result(call, $"error: it took longer than {_options.CallTimeout.TotalSeconds:F0} seconds");
        }
        catch (JsonException error)
        {
            return Result(call, $"error: the arguments do not fit: {error.Message}");
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
