using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Contexts;

/// <summary>Options out of range are refused by name, and a context with good ones works right after.</summary>
public sealed class ContextOptionTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly ContextOptions Good = new() { ContextSize = 256, BatchSize = 32, Threads = 1 };

    public static TheoryData<string, ContextOptions> Bad => new()
    {
        { nameof(ContextOptions.ContextSize), Good with { ContextSize = -1 } },
        { nameof(ContextOptions.ContextSize), Good with { ContextSize = int.MinValue } },
        { nameof(ContextOptions.ContextSize), Good with { ContextSize = int.MaxValue } },
        { nameof(ContextOptions.ContextSize), Good with { ContextSize = int.MaxValue - 256 } },
        { nameof(ContextOptions.BatchSize), Good with { BatchSize = 0 } },
        { nameof(ContextOptions.BatchSize), Good with { BatchSize = -1 } },
        { nameof(ContextOptions.MicroBatchSize), Good with { MicroBatchSize = 0 } },
        { nameof(ContextOptions.MicroBatchSize), Good with { MicroBatchSize = int.MinValue } },
        { nameof(ContextOptions.MaxSequences), Good with { MaxSequences = 0 } },
        { nameof(ContextOptions.MaxSequences), Good with { MaxSequences = -5 } },
        { nameof(ContextOptions.MaxSequences), Good with { MaxSequences = 257 } },
        { nameof(ContextOptions.MaxSequences), Good with { MaxSequences = int.MaxValue } },

        // llama.cpp asserts that there are as many outputs, and tokens in a batch, as sequences.
        { nameof(ContextOptions.MaxOutputs), Good with { MaxSequences = 4, MaxOutputs = 3 } },
        { nameof(ContextOptions.BatchSize), Good with { MaxSequences = 4, BatchSize = 3 } },
        { nameof(ContextOptions.ContextSize), Good with { MaxSequences = 4, ContextSize = 3 } },
        { nameof(ContextOptions.MaxOutputs), Good with { MaxOutputs = -1 } },
        { nameof(ContextOptions.MaxOutputsPerSequence), Good with { MaxOutputsPerSequence = -1 } },
        { nameof(ContextOptions.RecurrentSnapshots), Good with { RecurrentSnapshots = -1 } },
        { nameof(ContextOptions.Threads), Good with { Threads = 0 } },
        { nameof(ContextOptions.Threads), Good with { Threads = -1 } },
        { nameof(ContextOptions.Threads), Good with { Threads = 100_000 } },
        { nameof(ContextOptions.BatchThreads), Good with { BatchThreads = 0 } },
        { nameof(ContextOptions.BatchThreads), Good with { BatchThreads = int.MaxValue } },
        { nameof(ContextOptions.ThreadPolling), Good with { ThreadPolling = 101 } },
        { nameof(ContextOptions.ThreadPolling), Good with { ThreadPolling = -1 } },
        { nameof(ContextOptions.RopeFrequencyBase), Good with { RopeFrequencyBase = float.NaN } },
        { nameof(ContextOptions.RopeFrequencyBase), Good with { RopeFrequencyBase = -1 } },
        { nameof(ContextOptions.RopeFrequencyScale), Good with { RopeFrequencyScale = float.PositiveInfinity } },
        { nameof(ContextOptions.RopeFrequencyScale), Good with { RopeFrequencyScale = -0.5f } },
        { nameof(ContextOptions.YarnExtrapolationFactor), Good with { YarnExtrapolationFactor = float.NaN } },
        { nameof(ContextOptions.YarnAttentionFactor), Good with { YarnAttentionFactor = float.NegativeInfinity } },
        { nameof(ContextOptions.YarnBetaFast), Good with { YarnBetaFast = float.NaN } },
        { nameof(ContextOptions.YarnBetaSlow), Good with { YarnBetaSlow = float.NaN } },
        { nameof(ContextOptions.YarnOriginalContext), Good with { YarnOriginalContext = -1 } },
        { nameof(ContextOptions.ContextType), Good with { ContextType = (ContextType)9 } },
        { nameof(ContextOptions.RopeScaling), Good with { RopeScaling = (RopeScaling)9 } },
        { nameof(ContextOptions.PoolingType), Good with { PoolingType = (PoolingType)9 } },
        { nameof(ContextOptions.AttentionType), Good with { AttentionType = (AttentionType)9 } },
        { nameof(ContextOptions.FlashAttention), Good with { FlashAttention = (FlashAttention)9 } },
        { nameof(ContextOptions.CacheTypeK), Good with { CacheTypeK = GgmlType.Q4_K } },
        { nameof(ContextOptions.CacheTypeV), Good with { CacheTypeV = (GgmlType)999 } },

        // A key of this model has 8 elements, a block of Q8_0 has 32; without flash attention llama.cpp asserts.
        { nameof(ContextOptions.CacheTypeK), Good with { CacheTypeK = GgmlType.Q8_0, FlashAttention = FlashAttention.Disabled } },
        { nameof(ContextOptions.CacheTypeK), Good with { CacheTypeK = GgmlType.Q4_0 } },
        { "V cache", Good with { CacheTypeV = GgmlType.Q8_0, FlashAttention = FlashAttention.Disabled } },
        { "MTP", Good with { ContextType = ContextType.MultiTokenPrediction } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Bad_options_are_refused_by_name(string name, ContextOptions options)
    {
        var error = Assert.Throws<ContextCreationException>(() => new LlamaContext(tiny.Model, options));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        using LlamaContext context = tiny.NewContext();
        Assert.Equal(256, context.ContextSize);
    }

    [Fact]
    public void A_cache_beyond_memory_is_refused_also_when_sequences_multiply_it()
    {
        // 256 sequences of 2^28 cells each: more than any address space, though one sequence alone might fit.
        var error = Assert.Throws<ContextCreationException>(() => new LlamaContext(tiny.Model, Good with { ContextSize = int.MaxValue - 256, MaxSequences = 256, BatchSize = 256 }));
        Assert.Contains("GiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_buffers_beyond_memory_are_an_error_of_creation()
    {
        // The attention mask alone takes 2^40 numbers.
        var error = Assert.Throws<ContextCreationException>(() => new LlamaContext(tiny.Model, Good with { ContextSize = 1 << 20, BatchSize = 1 << 20, MicroBatchSize = 1 << 20 }));
        Assert.Contains("failed to allocate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_those_that_llama_cpp_rounds_to()
    {
        using var context = new LlamaContext(tiny.Model, new ContextOptions { ContextSize = 300, MaxSequences = 3, BatchSize = 100, MicroBatchSize = 1000, Threads = 1 });
        Assert.Equal((768, 256, 100, 100), (context.ContextSize, context.SequenceSize, context.BatchSize, context.MicroBatchSize));
        using var trained = new LlamaContext(tiny.Model, new ContextOptions { ContextSize = 0, Threads = 1 });
        Assert.Equal(512, trained.ContextSize);
    }

    [Fact]
    public void Every_cache_type_and_attention_evaluates_or_is_refused()
    {
        using var file = new TinyModel(new TinyModelOptions { Embedding = 128, Heads = 2, HeadsKv = 1 });
        using LlamaModel model = file.Load();
        GgmlType[] types = [GgmlType.F32, GgmlType.F16, GgmlType.BF16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.IQ4_NL, GgmlType.Q5_1];
        foreach (FlashAttention attention in Enum.GetValues<FlashAttention>())
        {
            foreach (GgmlType type in types)
            {
                try
                {
                    using var context = new LlamaContext(model, Good with { CacheTypeK = type, CacheTypeV = type, FlashAttention = attention });
                    using var batch = new TokenBatch(1);
                    batch.Add(5, 0, logits: true);
                    context.Decode(batch);
                    Assert.All(context.GetLogits(), logit => Assert.True(float.IsFinite(logit)));
                }
                catch (ContextCreationException)
                {
                    Assert.Equal(FlashAttention.Disabled, attention);
                }
            }
        }
    }

    [Fact]
    public void A_forgotten_context_is_freed_by_the_garbage_collector()
    {
        WeakReference handle = Forget();
        for (int i = 0; i < 20 && handle.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(handle.IsAlive);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        WeakReference Forget() => new(new LlamaContext(tiny.Model, Good).Handle);
    }
}
