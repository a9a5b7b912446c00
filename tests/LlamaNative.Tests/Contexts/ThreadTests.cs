using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;
using static LlamaNative.Tests.Contexts.DecodeTests;

namespace LlamaNative.Tests.Contexts;

/// <summary>Threads: one at a time per context, without waiting for other contexts.</summary>
public sealed class ThreadTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    /// <summary>Reached only if a test fails.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_second_thread_is_told_and_the_first_goes_on()
    {
        using LlamaContext context = tiny.NewContext();
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        Task<int> first = Task.Run(() => Generate(context, new Gate(inside, leave)));
        Assert.True(inside.Wait(s_patience));
        var error = Assert.Throws<ContextBusyException>(() => Evaluate(context, [5]));
        Assert.Contains("another thread", error.Message, StringComparison.Ordinal);
        Assert.Throws<ContextBusyException>(() => context.Cache.Clear());
        Assert.Throws<ContextBusyException>(() => new TextGenerator(context).Generate("the cat"));
        leave.Set();
        Assert.Equal(8, await first.WaitAsync(s_patience));
        Evaluate(context, [5], from: context.Cache.GetLength());
    }

    [Fact]
    public async Task Two_models_do_not_wait_for_each_other()
    {
        // The first is blocked inside a token until the second has loaded, generated and finished.
        using LlamaContext context = tiny.NewContext();
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        Task<int> first = Task.Run(() => Generate(context, new Gate(inside, leave)));
        Assert.True(inside.Wait(s_patience));
        using (var file = new TinyModel(new TinyModelOptions { Seed = 2 }))
        using (LlamaModel model = file.Load())
        using (var other = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 }))
        {
            Task<int> second = Task.Run(() => Generate(other, null));
            Assert.Equal(8, await second.WaitAsync(s_patience));
        }

        Assert.False(first.IsCompleted);
        leave.Set();
        Assert.Equal(8, await first.WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_model_that_loads_holds_up_no_other()
    {
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        Task<LlamaModel> slow = LlamaModel.LoadAsync(tiny.Path, null, new Gate(inside, leave));
        Assert.True(inside.Wait(s_patience));
        Task other = Task.Run(() =>
        {
            using LlamaModel model = LlamaModel.Load(tiny.Path);
            using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
            Generate(context, null);
        });
        await other.WaitAsync(s_patience);
        Assert.False(slow.IsCompleted);
        leave.Set();
        (await slow.WaitAsync(s_patience)).Dispose();
    }

    [Fact]
    public void Four_threads_with_contexts_of_one_model_give_what_one_gives()
    {
        using LlamaContext alone = tiny.NewContext();
        string expected = new TextGenerator(alone).Generate("the cat", Options(40)).Text;
        string[] texts = new string[4];
        Parallel.For(0, 4, i =>
        {
            using LlamaContext context = tiny.NewContext();
            texts[i] = new TextGenerator(context).Generate("the cat", Options(40)).Text;
        });
        Assert.All(texts, text => Assert.Equal(expected, text));
    }

    [Fact]
    public async Task Disposing_while_another_thread_generates_ends_that_with_an_exception()
    {
        for (int round = 0; round < 20; round++)
        {
            LlamaContext context = tiny.NewContext();
            using var started = new ManualResetEventSlim();
            Task generating = Task.Run(() => GenerateForever(context, started));
            Assert.True(started.Wait(s_patience));
            Thread.SpinWait(round * 2000);
            context.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => generating.WaitAsync(s_patience));
        }
    }

    [Fact]
    public void A_model_disposed_first_leaves_its_contexts_and_samplers_working()
    {
        LlamaModel model = LlamaModel.Load(tiny.Path);
        var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        SamplerChain chain = SamplerChain.Create(model.Vocabulary, SamplingOptions.Greedy);
        model.Dispose();
        Assert.Equal(8, Generate(context, null));
        Assert.Throws<ObjectDisposedException>(() => new LlamaContext(model));
        context.Dispose();
        var logits = new float[model.Vocabulary.Count];
        logits[7] = 1;
        Assert.Equal(7, chain.Sample(logits));
        chain.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Vocabulary.GetPiece(5));
    }

    internal static GenerationOptions Options(int tokens) =>
        new() { MaxTokens = tokens, StopAtEndOfGeneration = false, Sampling = SamplingOptions.Greedy };

    private static void GenerateForever(LlamaContext context, ManualResetEventSlim started)
    {
        while (true)
        {
            using GenerationRun run = new TextGenerator(context).Start("the cat", Options(200));
            while (run.MoveNext())
            {
                started.Set();
            }
        }
    }

    private static int Generate(LlamaContext context, ILogitsProcessor? processor)
    {
        GenerationOptions options = Options(8) with { LogitsProcessors = processor is null ? [] : [processor] };
        using GenerationRun run = new TextGenerator(context).Start("the cat", options);
        while (run.MoveNext())
        {
        }

        return run.GetResult().Usage.CompletionTokens;
    }

    /// <summary>Signals that it was entered and waits to be released.</summary>
    private sealed class Gate(ManualResetEventSlim inside, ManualResetEventSlim leave) : ILogitsProcessor, IProgress<float>
    {
        public void Process(Span<float> logits, ReadOnlySpan<int> generated) => Pass();

        public void Report(float value) => Pass();

        private void Pass()
        {
            inside.Set();
            leave.Wait(s_patience);
        }
    }
}
