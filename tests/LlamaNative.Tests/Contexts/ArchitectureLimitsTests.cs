using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Contexts;

/// <summary>What llama.cpp asserts or computes wrongly for single architectures is refused, or done in another way.</summary>
public sealed class ArchitectureLimitsTests : IDisposable
{
    private static readonly ContextOptions s_small = new()
    {
        ContextSize = 256,
        BatchSize = 64,
        MicroBatchSize = 64,
        Threads = 1,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>All of its layers with attention have a window, so one half of its cache is empty; its shift aborts.</summary>
    [Fact]
    public void A_cache_with_an_empty_half_cannot_be_shifted()
    {
        using LlamaModel model = Load("lfm2");
        using var context = new LlamaContext(model, s_small);
        Assert.False(context.Cache.CanShift);
        Assert.Throws<InvalidOperationException>(() => context.Cache.Shift(0, 0, null, 1));
    }

    [RequiresTheory(Need.PinnedArchitectures)]
    [InlineData("qwen4exp")]
    [InlineData("deepseek4")]
    public void Sparse_attention_refuses_a_gap_in_the_positions(string architecture)
    {
        using LlamaModel model = Load(architecture);
        using var context = new LlamaContext(model, s_small);
        using var batch = new TokenBatch(2);
        batch.Add(5, 200, logits: true);
        LlamaException error = Assert.Throws<LlamaException>(() => context.Decode(batch));
        Assert.Contains("without a gap", error.Message, StringComparison.Ordinal);
        batch.Clear();
        batch.Add(5, 0);
        batch.Add(6, 1, logits: true);
        context.Decode(batch);
        batch.Clear();
        batch.Add(7, 2, logits: true);
        context.Decode(batch);
    }

    [Theory]
    [InlineData("plamo2")]
    [InlineData("wavtokenizer-dec")]
    public void Sequences_that_llama_cpp_mixes_up_are_refused_in_one_batch(string architecture)
    {
        using LlamaModel model = Load(architecture);
        using var context = new LlamaContext(model, s_small with { MaxSequences = 2 });
        using var batch = new TokenBatch(2, maxSequences: 2);
        batch.Add(5, 0, 0);
        batch.Add(6, 0, 1, logits: true);
        LlamaException error = Assert.Throws<LlamaException>(() => context.Decode(batch));
        Assert.Contains("one after the other", error.Message, StringComparison.Ordinal);
    }

    [RequiresTheory(Need.PinnedArchitectures)]
    [InlineData("qwen4exp")]
    [InlineData("deepseek4")]
    public void Embeddings_that_llama_cpp_reads_beyond_are_refused(string architecture)
    {
        using LlamaModel model = Load(architecture);
        Assert.Throws<ContextCreationException>(() => new LlamaContext(model, s_small with { Embeddings = true }));
    }

    [Theory]
    [InlineData("lfm2")]
    [InlineData("lfm2moe")]
    public void Logits_beside_embeddings_are_refused_where_the_graph_ends_before_them(string architecture)
    {
        using LlamaModel model = Load(architecture);
        using var context = new LlamaContext(model, s_small with { Embeddings = true, PoolingType = PoolingType.None });
        using var batch = new TokenBatch(1);
        batch.Add(5, 0, logits: true);
        context.Decode(batch);
        Assert.Contains(context.BorrowTokenEmbedding(0).ToArray(), number => number != 0);
        Assert.Throws<LlamaException>(() => context.GetLogits());
    }

    [RequiresFact(Need.PinnedArchitectures)]
    public void Keys_of_an_indexer_that_are_not_whole_blocks_are_refused()
    {
        using LlamaModel model = Load("minimax-m3");
        ContextCreationException error = Assert.Throws<ContextCreationException>(
            () => new LlamaContext(model, s_small with { CacheTypeK = GgmlType.Q8_0 }));
        Assert.Contains("16 elements", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PLM_runs_without_flash_attention_and_refuses_it()
    {
        using LlamaModel model = Load("plm");
        Assert.Throws<ContextCreationException>(() => new LlamaContext(model, s_small with { FlashAttention = FlashAttention.Enabled }));
        using var context = new LlamaContext(model, s_small);
        using var batch = new TokenBatch(2);
        batch.Add(5, 0);
        batch.Add(6, 1, logits: true);
        context.Decode(batch);
        Assert.All(context.GetLogits(), logit => Assert.True(float.IsFinite(logit)));
    }

    /// <summary>CogVLM's graph returns every token; without that, the first token's logits came as the last one's.</summary>
    [Theory]
    [InlineData("cogvlm")]
    [InlineData("chameleon")]
    public void Outputs_that_the_graph_needs_are_not_in_the_batch_afterwards(string architecture)
    {
        using LlamaModel model = Load(architecture);
        using var context = new LlamaContext(model, s_small with { MicroBatchSize = 2, MaxOutputs = 1 });
        using var batch = new TokenBatch(4);
        for (int i = 0; i < 4; i++)
        {
            batch.Add(5 + i, i, logits: i == 3);
        }

        context.Decode(batch);
        float[] last = context.GetLogits();
        Assert.Throws<ArgumentOutOfRangeException>(() => context.GetLogits(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.GetLogits(1));

        using var alone = new LlamaContext(model, s_small);
        for (int i = 0; i < 4; i++)
        {
            batch.Clear();
            batch.Add(5 + i, i, logits: true);
            alone.Decode(batch);
        }

        Assert.All(last.Zip(alone.GetLogits()), pair => Assert.Equal(pair.Second, pair.First, 1e-3f * Math.Max(1, Math.Abs(pair.Second))));
    }

    /// <summary>llama_encode returns every token whatever MaxOutputs says, and asserts that there is room.</summary>
    [Theory]
    [InlineData("bert")]
    [InlineData("rnd1")]
    public void Encoders_have_room_for_every_output(string architecture)
    {
        using LlamaModel model = Load(architecture);
        using var context = new LlamaContext(model, s_small with { MaxOutputs = 1 });
        using var batch = new TokenBatch(3);
        for (int i = 0; i < 3; i++)
        {
            batch.Add(5 + i, i, logits: i == 2);
        }

        context.Decode(batch);
    }

    /// <summary>T5's encoder has a cache that llama_encode never fills.</summary>
    [Fact]
    public void An_encoder_has_no_cache()
    {
        using LlamaModel model = Load("t5encoder");
        using var context = new LlamaContext(model, s_small);
        Assert.Throws<LlamaException>(() => context.Cache.GetPositions());
    }

    private LlamaModel Load(string architecture) => LlamaModel.Load(
        ArchitectureModel.Create(ArchitectureTable.Rows.Single(row => row.Name == architecture)).Save(_folder.NewPath()),
        new ModelOptions { GpuLayers = 0 });
}
