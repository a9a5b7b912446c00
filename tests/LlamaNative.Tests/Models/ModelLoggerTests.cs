using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Planning;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Tests.Models;

/// <summary>Each model's logger receives llama.cpp's log for that model, regardless of other threads.</summary>
public sealed class ModelLoggerTests : IDisposable
{
    private const int Rounds = 5;
    private readonly TinyModel _first = new(new TinyModelOptions { Layers = 2 }, "first.gguf");
    private readonly TinyModel _second = new(new TinyModelOptions { Layers = 3, ContextLength = 512 }, "second.gguf");

    [Fact]
    public async Task Two_models_on_two_threads_are_heard_as_each_is_alone()
    {
        IReadOnlyList<string> firstAlone = Use(_first);
        IReadOnlyList<string> secondAlone = Use(_second);
        Assert.Contains(firstAlone, line => line.Contains(_first.Path, StringComparison.Ordinal));
        Assert.Contains(firstAlone,
            line => line.Contains("n_layer", StringComparison.Ordinal) && line.EndsWith(" 2", StringComparison.Ordinal));
        Assert.Contains(secondAlone,
            line => line.Contains("n_layer", StringComparison.Ordinal) && line.EndsWith(" 3", StringComparison.Ordinal));

        using var together = new Barrier(2);
        Task first = Repeat(_first, firstAlone, together);
        Task second = Repeat(_second, secondAlone, together);
        await Task.WhenAll(first, second);
    }

    [Fact]
    public void A_model_loaded_within_the_loading_of_another_has_its_own_lines()
    {
        var outer = new ListLogger();
        var inner = new ListLogger();
        bool loaded = false;
        using LlamaModel model = LlamaModel.Load(_first.Path, new ModelOptions { Logger = outer }, new Progress(() =>
        {
            if (!loaded)
            {
                loaded = true;
                LlamaModel.Load(_second.Path, new ModelOptions { Logger = inner }).Dispose();
            }
        }));

        Assert.Contains(inner.Lines, line => line.Contains(_second.Path, StringComparison.Ordinal));
        Assert.DoesNotContain(outer.Lines, line => line.Contains(_second.Path, StringComparison.Ordinal));
        LlamaModel.Load(_first.Path, new ModelOptions { Logger = inner }).Dispose();
        Assert.Equal(Stable(inner.Lines[inner.Lines.FindIndex(line => line.Contains(_first.Path, StringComparison.Ordinal))..]),
            Stable(outer.Lines));
    }

    [Fact]
    public async Task A_context_logs_to_its_model_s_logger_from_whatever_thread_it_is_used()
    {
        var logger = new ListLogger();
        using LlamaModel model = _first.Load(new ModelOptions { Logger = logger });
        logger.Lines.Clear();
        await using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256 });
        Assert.Contains(logger.Lines, line => line.StartsWith("llama_context", StringComparison.Ordinal));

        // llama.cpp warns if a text already starts with the BOS token that it adds.
        logger.Lines.Clear();
        await Task.Run(() => model.Vocabulary.Tokenize("<s>a", addSpecial: true, parseSpecial: true));
        Assert.Contains(logger.Lines, line => line.Contains("BOS", StringComparison.Ordinal));

        logger.Lines.Clear();
        MemoryPlan.Estimate(_first.Path, model.Options);
        Assert.NotEmpty(logger.Lines);
    }

    [Fact]
    public void Nothing_is_allocated_to_send_the_log_to_a_model()
    {
        using LlamaModel model = _first.Load(new ModelOptions { Logger = new ListLogger() });
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256 });
        context.Enter().Dispose();
        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                context.Enter().Dispose();
            }
        });
        Assert.Equal(0, allocated);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private static Task Repeat(TinyModel file, IReadOnlyList<string> alone, Barrier together) => Task.Factory.StartNew(
        () =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                together.SignalAndWait(TimeSpan.FromMinutes(1));
                Assert.Equal(alone, Use(file));
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>The log of a model that is loaded, evaluated and released.</summary>
    private static List<string> Use(TinyModel file)
    {
        var logger = new ListLogger();
        using (LlamaModel model = file.Load(new ModelOptions { Logger = logger }))
        {
            using var context = new LlamaContext(model, new ContextOptions
            {
                ContextSize = 256,
                BatchSize = 16,
                MicroBatchSize = 16,
                Threads = 1,
            });
            using var batch = new TokenBatch(1);
            batch.Add(5, 0, logits: true);
            context.Decode(batch);
        }

        return Stable(logger.Lines);
    }

    /// <summary>The lines without values that differ between loads: times and free memory.</summary>
    private static List<string> Stable(IEnumerable<string> lines) =>
        [.. lines.Where(line => !line.Contains(" ms", StringComparison.Ordinal) && !line.Contains("free", StringComparison.Ordinal))];

    private sealed class Progress(Action action) : IProgress<float>
    {
        public void Report(float value) => action();
    }
}
