using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using static LlamaNative.Tests.Contexts.DecodeTests;

namespace LlamaNative.Tests.Contexts;

/// <summary>Cancellation during a prompt and inside the graph, with a model large enough to be slow.</summary>
public sealed class CancellationTests : IDisposable
{
    private readonly TinyModel _file = new(new TinyModelOptions { Embedding = 256, Layers = 8, ContextLength = 2048 });
    private readonly LlamaModel _model;

    public CancellationTests() => _model = _file.Load();

    public void Dispose()
    {
        _model.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void A_cancelled_token_evaluates_nothing()
    {
        using var context = new LlamaContext(_model, new ContextOptions { ContextSize = 256, Threads = 1 });
        using var batch = new TokenBatch(1);
        batch.Add(5, 0, logits: true);
        Assert.Throws<OperationCanceledException>(() => context.Decode(batch, new CancellationToken(canceled: true)));
        Assert.Equal(0, context.Cache.GetLength());
        context.Decode(batch);
        Assert.Equal(1, context.Cache.GetLength());
    }

    [Fact]
    public void On_the_cpu_a_single_micro_batch_stops_within_its_graph()
    {
        using var context = new LlamaContext(_model, new ContextOptions
        {
            ContextSize = 2048,
            BatchSize = 2048,
            MicroBatchSize = 2048,
            Threads = 1,
        });
        using var batch = new TokenBatch(2048);
        for (int i = 0; i < 2048; i++)
        {
            batch.Add(3 + (i % 200), i, logits: i == 2047);
        }

        Cancelling.Within(
            stop =>
            {
                context.Cache.Clear();
                context.Decode(batch, stop);
            },
            delay: 10);

        // llama.cpp removed the only micro-batch; a graph that had run to its end would have stayed in the cache.
        Assert.Equal(0, context.Cache.GetLength());
        Assert.Null(context.Cache.GetPositions());
        Evaluate(context, [5, 6, 7]);
        Assert.Equal(3, context.Cache.GetLength());
    }

    [Fact]
    public void Tokens_of_several_sequences_are_taken_back_from_all_of_them()
    {
        // llama.cpp removes only the cells of the first one, and the others would continue with keys that were never computed.
        using var context = new LlamaContext(_model, new ContextOptions
        {
            ContextSize = 2048,
            BatchSize = 2048,
            MicroBatchSize = 2048,
            MaxSequences = 2,
            UnifiedCache = true,
            Threads = 1,
        });
        using var batch = new TokenBatch(2048, 2);
        for (int i = 0; i < 2048; i++)
        {
            batch.Add(3 + (i % 200), i, [0, 1], logits: i == 2047);
        }

        Cancelling.Within(
            stop =>
            {
                context.Cache.Clear();
                context.Decode(batch, stop);
            },
            delay: 10);
        Assert.Null(context.Cache.GetPositions(0));
        Assert.Null(context.Cache.GetPositions(1));
        Assert.Equal((0, 0, 2048), (context.Cache.GetLength(0), context.Cache.GetLength(1), context.Cache.GetFreeCells()));
        Evaluate(context, [5, 6, 7], sequence: 1);
    }

    [Fact]
    public void A_long_prompt_stops_between_its_micro_batches_and_keeps_what_was_evaluated()
    {
        using var context = new LlamaContext(_model, new ContextOptions
        {
            ContextSize = 2048,
            BatchSize = 2048,
            MicroBatchSize = 64,
            Threads = 1,
        });
        int[] prompt = [.. Enumerable.Range(0, 1000).Select(i => 3 + (i % 200))];
        int evaluated = CancelWithin(context, prompt);
        Assert.InRange(evaluated, 1, 999);
        Assert.Equal(0, evaluated % 64);
        Assert.Equal(prompt[..evaluated], context.Cache.GetTokens());

        // The next call continues from there.
        using GenerationRun next = new TextGenerator(context).Start(prompt, new GenerationOptions { MaxTokens = 1 });
        Assert.True(next.MoveNext());
        Assert.False(next.MoveNext());
        Assert.Equal(new TokenUsage(1000, evaluated, 1), next.GetResult().Usage);
    }

    /// <summary>Cancels a prompt as soon as part of it is in the cache; returns the number of tokens that stayed.</summary>
    private static int CancelWithin(LlamaContext context, int[] prompt)
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            context.Cache.Clear();
            using var stop = new CancellationTokenSource();
            using GenerationRun run = new TextGenerator(context).Start(prompt, new GenerationOptions { MaxTokens = 5 }, stop.Token);
            var watcher = new Thread(() =>
            {
                SpinWait.SpinUntil(() => context.Cache.GetLength() > 0);
                stop.Cancel();
            });
            watcher.Start();
            bool tooLate = run.MoveNext(); // the watcher did not run in time
            watcher.Join();
            if (!tooLate)
            {
                Assert.Equal(StopReason.Cancelled, run.StopReason);
                return context.Cache.GetLength();
            }
        }

        throw new InvalidOperationException("100 times the whole prompt was evaluated in spite of the cancellation.");
    }
}
