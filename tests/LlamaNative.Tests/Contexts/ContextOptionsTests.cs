using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Contexts;

/// <summary>Options that do not suit the model throw exceptions that name them, and a context with valid ones works afterwards.</summary>
public sealed class ContextOptionsTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly ContextOptions s_good = new() { ContextSize = 256, BatchSize = 32, Threads = 1 };

    public static TheoryData<string, ContextOptions> Unfit => new()
    {
        { nameof(ContextOptions.ContextSize), s_good with { ContextSize = int.MaxValue - 256 } },

        // A key of this model has 8 elements, a block of Q8_0 has 32; without flash attention llama.cpp asserts.
        { nameof(ContextOptions.CacheTypeK), s_good with { CacheTypeK = GgmlType.Q8_0, FlashAttention = FlashAttention.Disabled } },
        { nameof(ContextOptions.CacheTypeK), s_good with { CacheTypeK = GgmlType.Q4_0 } },

        // llama.cpp stores quantized values only with flash attention, and in whole blocks.
        { "ContextOptions.CacheTypeV: Q8_0 needs flash attention, which ContextOptions.FlashAttention disables",
            s_good with { CacheTypeV = GgmlType.Q8_0, FlashAttention = FlashAttention.Disabled } },
        { nameof(ContextOptions.CacheTypeV), s_good with { CacheTypeV = GgmlType.Q4_0 } },
        { "MTP", s_good with { ContextType = ContextType.MultiTokenPrediction } },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void Options_unfit_for_the_model_are_refused_by_name(string name, ContextOptions options)
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
        var error = Assert.Throws<ContextCreationException>(
            () => new LlamaContext(tiny.Model, s_good with { ContextSize = int.MaxValue - 256, MaxSequences = 256, BatchSize = 256 }));
        Assert.Contains("GiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_buffers_beyond_memory_are_an_error_of_creation()
    {
        // The attention mask alone takes 2^40 numbers.
        var error = Assert.Throws<ContextCreationException>(
            () => new LlamaContext(tiny.Model, s_good with { ContextSize = 1 << 20, BatchSize = 1 << 20, MicroBatchSize = 1 << 20 }));
        Assert.Contains("failed to allocate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_those_that_llama_cpp_rounds_to()
    {
        using var context = new LlamaContext(tiny.Model, new ContextOptions
        {
            ContextSize = 300,
            MaxSequences = 3,
            BatchSize = 100,
            MicroBatchSize = 1000,
            Threads = 1,
        });
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
                    using var context = new LlamaContext(model, s_good with
                    {
                        CacheTypeK = type,
                        CacheTypeV = type,
                        FlashAttention = attention,
                    });
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
        WeakReference Forget() => new(new LlamaContext(tiny.Model, s_good).Handle);
    }
}
