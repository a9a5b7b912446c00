using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>Asynchronous generation: queueing, leaving early, cancellation, disposal.</summary>
public sealed class StreamingGenerationTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly GenerationOptions s_long = new()
    {
        MaxTokens = 200,
        StopAtEndOfGeneration = false,
        Sampling = SamplingOptions.Greedy,
    };

    [Fact]
    public async Task Pieces_join_to_what_the_synchronous_side_gives()
    {
        await using LlamaContext context = tiny.NewContext();
        StreamingGeneration stream = new TextGenerator(context).StreamAsync("the cat", s_long);
        string text = string.Concat(await stream.ToListAsync());
        Assert.Equal(text, stream.Result!.Text);
        using LlamaContext other = tiny.NewContext();
        Assert.Equal(new TextGenerator(other).Generate("the cat", s_long).Text, text);
    }

    [Fact]
    public async Task Calls_on_one_context_take_turns()
    {
        await using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        GenerationResult[] results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => generator.GenerateAsync("the cat", s_long)));
        Assert.All(results, result => Assert.Equal(results[0].Text, result.Text));
    }

    [Fact]
    public async Task Leaving_early_stops_the_generation_and_frees_the_context()
    {
        await using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        StreamingGeneration stream = generator.StreamAsync("the cat", s_long);
        await foreach (string _ in stream)
        {
            break;
        }

        Assert.NotNull(stream.Result);
        Assert.Equal(StopReason.Cancelled, stream.Result.StopReason);
        Assert.Equal(200, generator.Generate("the cat", s_long).Usage.CompletionTokens);
    }

    [Fact]
    public async Task A_stream_is_enumerated_once()
    {
        await using LlamaContext context = tiny.NewContext();
        StreamingGeneration stream = new TextGenerator(context).StreamAsync("the cat", s_long with { MaxTokens = 3 });
        await stream.ToListAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await stream.ToListAsync());
        Assert.Equal(3, stream.Result!.Usage.CompletionTokens);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Cancelling_throws_and_leaves_a_result(int pieces)
    {
        // Long enough that even on a busy machine the first pieces are read before the last is generated.
        await using LlamaContext context = tiny.NewContext(size: 4096);
        var generator = new TextGenerator(context);
        using var stop = new CancellationTokenSource();
        StreamingGeneration stream = generator.StreamAsync("the cat", s_long with { MaxTokens = 4000 }, stop.Token);
        if (pieces == 0)
        {
            await stop.CancelAsync();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            int count = 0;
            await foreach (string _ in stream)
            {
                if (++count == pieces)
                {
                    await stop.CancelAsync();
                }
            }
        });
        Assert.Equal(StopReason.Cancelled, stream.Result!.StopReason);
        Assert.Equal(200, (await generator.GenerateAsync("the cat", s_long)).Usage.CompletionTokens);
    }

    [Fact]
    public async Task Cancelling_at_any_moment_leaves_a_context_that_works()
    {
        await using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        string expected = (await generator.GenerateAsync("the cat", s_long)).Text;
        for (int round = 0; round < 40; round++)
        {
            using var stop = new CancellationTokenSource();
            Task<GenerationResult> generating = generator.GenerateAsync("the cat the cat", s_long, stop.Token);
            Thread.SpinWait(round * round * 100);
            await stop.CancelAsync();
            Exception? error = await Record.ExceptionAsync(() => generating);
            Assert.True(error is null or OperationCanceledException, error?.ToString());
        }

        Assert.Equal(expected, (await generator.GenerateAsync("the cat", s_long)).Text);
    }

    [Fact]
    public void A_synchronous_generation_is_cancelled_with_an_exception_or_stepwise_with_a_reason()
    {
        using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        Assert.Throws<OperationCanceledException>(() => generator.Generate("the cat", s_long, new CancellationToken(canceled: true)));
        using var stop = new CancellationTokenSource();
        using GenerationRun run = generator.Start("the cat", s_long, stop.Token);
        Assert.True(run.MoveNext());
        Assert.True(run.MoveNext());
        stop.Cancel();
        Assert.False(run.MoveNext());
        Assert.Equal((StopReason.Cancelled, 2), (run.StopReason, run.GetResult().Usage.CompletionTokens));
        Assert.Equal(200, generator.Generate("the cat", s_long).Usage.CompletionTokens);
    }

    [Fact]
    public async Task Disposing_cancels_what_runs_and_what_waits()
    {
        for (int round = 0; round < 10; round++)
        {
            LlamaContext context = tiny.NewContext();
            var generator = new TextGenerator(context);
            StreamingGeneration stream = generator.StreamAsync("the cat", s_long with { MaxTokens = null });
            await using IAsyncEnumerator<string> running = stream.GetAsyncEnumerator();
            await running.MoveNextAsync();
            Task<GenerationResult> waiting = generator.GenerateAsync("the cat", s_long);
            if (round % 2 == 0)
            {
                await context.DisposeAsync();
            }
            else
            {
                context.Dispose();
            }

            Exception? error = await Record.ExceptionAsync(async () =>
            {
                while (await running.MoveNextAsync())
                {
                }
            });

            // The context may have been full before it was disposed.
            Assert.True(error is OperationCanceledException || stream.Result?.StopReason == StopReason.ContextFull, error?.ToString());
            Assert.IsAssignableFrom<OperationCanceledException>(await Record.ExceptionAsync(() => waiting));
            await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync("the cat", s_long));
            Assert.Throws<ObjectDisposedException>(() => generator.Generate("the cat", s_long));
            await context.DisposeAsync();
            context.Dispose();
        }
    }

    [Fact]
    public async Task While_one_streams_a_synchronous_call_is_told()
    {
        // Also between two tokens: another call would change the state from which the stream continues.
        await using LlamaContext context = tiny.NewContext(size: 512);
        var generator = new TextGenerator(context);
        StreamingGeneration stream = generator.StreamAsync("the cat", s_long with { MaxTokens = 400 });
        int busy = 0;
        await foreach (string _ in stream)
        {
            busy += Record.Exception(() => context.Cache.Clear()) is ContextBusyException ? 1 : 0;
            if (stream.Result is not null)
            {
                break;
            }
        }

        Assert.InRange(busy, 1, 400);
    }

    [Fact]
    public async Task Errors_of_the_worker_reach_the_enumeration()
    {
        await using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        await Assert.ThrowsAsync<ContextOverflowException>(() => generator.GenerateAsync(new string('x', 400), s_long));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => generator.GenerateAsync("x", s_long with { StopSequences = [""] }));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => generator.GenerateAsync("", s_long with { AddSpecial = false }));
        await Assert.ThrowsAsync<GrammarException>(
            () => generator.GenerateAsync("x", s_long with { Sampling = new SamplingOptions { Grammar = "root ::" } }));
        Assert.Equal(200, (await generator.GenerateAsync("the cat", s_long)).Usage.CompletionTokens);
    }
}
