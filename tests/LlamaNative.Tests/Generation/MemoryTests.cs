using System.Diagnostics;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>Tests that measure memory and therefore do not run in parallel with others.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Nothing is allocated per token, and disposed objects leave no memory behind.</summary>
[Collection(nameof(Alone))]
public sealed class MemoryTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly SamplingOptions s_sampling = new()
    {
        Seed = 1,
        TopK = 40,
        TopP = 0.95f,
        MinP = 0.05f,
        Temperature = 0.8f,
        RepeatPenalty = 1.1f,
        FrequencyPenalty = 0.1f,
        PenaltyLastN = 64,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_token_allocates_nothing(bool cancellable)
    {
        using var stop = new CancellationTokenSource();
        using LlamaContext context = tiny.NewContext(size: 512);
        var options = new GenerationOptions
        {
            StopAtEndOfGeneration = false,
            StopSequences = ["never to be seen", "the end of it"],
            Sampling = s_sampling,
        };

        // A first run for the JIT: by the second run all code on a token's path has been compiled, optimized or not.
        new TextGenerator(context).Generate("the cat", options with { MaxTokens = 60 }, stop.Token);
        using GenerationRun run = new TextGenerator(context).Start("the cat", options, cancellable ? stop.Token : default);
        Assert.Equal(0, Measure(run, 50));
    }

    [Fact]
    public void A_custom_sampler_and_a_processor_allocate_nothing_of_themselves()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        var options = new GenerationOptions
        {
            StopAtEndOfGeneration = false,
            Sampler = vocabulary => new SamplerChainBuilder(vocabulary).TopK(20).Add(new Nothing()).Distribution(1).Build(),
            LogitsProcessors = [new Nothing2()],
        };
        using GenerationRun run = new TextGenerator(context).Start("the cat", options);
        Assert.Equal(0, Measure(run, 50));
    }

    [Fact]
    public void Two_thousand_rounds_leave_memory_flat()
    {
        LlamaModel? model = null;
        long after200 = 0;
        for (int round = 0; round < 2000; round++)
        {
            if (round % 20 == 0)
            {
                model?.Dispose();
                model = LlamaModel.Load(tiny.Path);
            }

            using (var context = new LlamaContext(model!, new ContextOptions { ContextSize = 256, BatchSize = 16, Threads = 1 }))
            {
                var options = new GenerationOptions { MaxTokens = 3, StopAtEndOfGeneration = false, Sampling = s_sampling };
                Assert.Equal(3, new TextGenerator(context).Generate("the cat", options).Usage.CompletionTokens);
            }

            if (round == 199)
            {
                after200 = ResidentBytes();
            }
        }

        model!.Dispose();

        // A context takes more than a megabyte, so a leak of even a fiftieth of one would show. Heaps settle by
        // about 17 MiB in these rounds, and by half a megabyte in the 4,000 after them.
        long growth = ResidentBytes() - after200;
        Assert.InRange(growth, long.MinValue, 32L << 20);
    }

    /// <summary>The bytes that a hundred tokens allocate after a number of others.</summary>
    private static long Measure(GenerationRun run, int warmUp)
    {
        long bytes = 0;
        Generate(warmUp);
        long allocated = Allocations.Of(() => Generate(100));
        Assert.NotEqual(0, bytes);
        return allocated;

        void Generate(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Assert.True(run.MoveNext());
                bytes += run.Utf8.Length;
            }
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private sealed class Nothing : CustomSampler
    {
        public override void Apply(TokenCandidates candidates)
        {
        }
    }

    private sealed class Nothing2 : ILogitsProcessor
    {
        public void Process(Span<float> logits, ReadOnlySpan<int> generated)
        {
        }
    }
}
