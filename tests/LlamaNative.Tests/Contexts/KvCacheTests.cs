using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Tensors;
using static LlamaNative.Tests.Contexts.DecodeTests;

namespace LlamaNative.Tests.Contexts;

/// <summary>Sequences of the cache; expected logits come from new contexts.</summary>
public sealed class KvCacheTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Going_on_with_a_copy_equals_going_on_with_the_original(bool unified)
    {
        using LlamaContext context = tiny.NewContext(size: 512, sequences: 2, unified: unified);
        Evaluate(context, [5, 6, 7]);
        int free = context.Cache.GetFreeCells(1);
        context.Cache.Copy(0, 1);
        Assert.Equal([5, 6, 7], context.Cache.GetTokens(1));

        // Shared cells take no space; a separate copy does.
        Assert.Equal(unified ? free : free - 3, context.Cache.GetFreeCells(1));
        float[] copy = Evaluate(context, [8, 9], 3, sequence: 1);
        float[] original = Evaluate(context, [8, 9], 3, sequence: 0);
        AssertClose(original, copy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Free_cells_follow_every_operation(bool unified)
    {
        using LlamaContext context = tiny.NewContext(size: 512, sequences: 2, unified: unified);
        KvCache cache = context.Cache;
        int all = unified ? 512 : 256;
        Assert.Equal(all, cache.Capacity);
        Evaluate(context, [5, 6, 7, 8]);
        Assert.Equal(all - 4, cache.GetFreeCells(0));
        Assert.Equal(unified ? all - 4 : all, cache.GetFreeCells(1));
        cache.Copy(0, 1);
        Assert.Equal(all - 4, cache.GetFreeCells(0));
        cache.Remove(0, 1, 3);

        // In a unified cache the other sequence still holds the cells.
        Assert.Equal(unified ? all - 4 : all - 2, cache.GetFreeCells(0));
        cache.Shift(0, 3, null, -2);
        Assert.Equal([5, 8], cache.GetTokens(0));
        Assert.Equal((0, 1), cache.GetPositions(0));
        cache.Remove(1);
        Assert.Equal(all - 2, cache.GetFreeCells(0));
        cache.Copy(0, 1);
        cache.Keep(1);
        Assert.Equal(0, cache.GetLength(0));
        Assert.Null(cache.GetPositions(0));
        Assert.Equal([5, 8], cache.GetTokens(1));
        cache.Clear();
        Assert.Equal(all, cache.GetFreeCells(0));
        Assert.Equal(all, cache.GetFreeCells(1));

        // The ledger agrees with llama.cpp.
        FillUp(context, all);
        Assert.Equal(0, cache.GetFreeCells(0));
    }

    [Fact]
    public void Removing_a_part_and_closing_the_gap_keeps_the_rest_usable()
    {
        // Positions are shifted by rotation, so the result is the same as if the removed part had never been evaluated.
        using LlamaContext context = tiny.NewContext();
        Evaluate(context, [5, 6, 7, 8]);
        Assert.True(context.Cache.CanShift);
        Assert.True(context.Cache.Remove(0, 0, 2));
        context.Cache.Shift(0, 2, null, -2);
        Assert.Equal([7, 8], context.Cache.GetTokens());
        Assert.Equal((0, 1), context.Cache.GetPositions());
        Evaluate(context, [9], from: 2);
        Assert.Equal([7, 8, 9], context.Cache.GetTokens());
    }

    [Fact]
    public void A_sequence_cut_back_goes_on_as_if_nothing_had_followed()
    {
        using LlamaContext context = tiny.NewContext();
        Evaluate(context, [5, 6, 7, 8]);
        context.Cache.Remove(0, 2);
        using LlamaContext fresh = tiny.NewContext();
        AssertClose(Evaluate(fresh, [5, 6, 40]), Evaluate(context, [40], from: 2));
    }

    [Fact]
    public void Ranges_and_shifts_that_make_no_sense_are_wrong_arguments()
    {
        using LlamaContext context = tiny.NewContext(size: 512, sequences: 2);
        Evaluate(context, [5, 6, 7]);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.Remove(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.Remove(0, 3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.Shift(0, 0, null, int.MaxValue));
        Assert.Throws<InvalidOperationException>(() => context.Cache.Copy(0, 1, 1));
        context.Cache.Copy(0, 0);
        Assert.Equal([5, 6, 7], context.Cache.GetTokens());

        // Cells with positions below 0 are removed.
        context.Cache.Shift(0, 0, null, int.MinValue);
        Assert.Equal(0, context.Cache.GetLength());
        Assert.Null(context.Cache.GetPositions());
        Evaluate(context, [5]);
    }

    [Fact]
    public void Keys_of_every_type_shift_or_say_that_they_cannot()
    {
        using var file = new TinyModel(new TinyModelOptions { Embedding = 128, Heads = 2, HeadsKv = 1 });
        using LlamaModel model = file.Load();
        foreach (GgmlType type in (GgmlType[])[GgmlType.F32, GgmlType.F16, GgmlType.BF16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.IQ4_NL])
        {
            using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, CacheTypeK = type, Threads = 1 });
            Evaluate(context, [5, 6, 7]);

            // llama.cpp aborts on BF16 here.
            Assert.Equal(type != GgmlType.BF16, context.Cache.CanShift);
            if (!context.Cache.CanShift)
            {
                Assert.Throws<InvalidOperationException>(() => context.Cache.Shift(0, 0, null, 4));
                continue;
            }

            context.Cache.Shift(0, 0, null, 4);
            Evaluate(context, [8], from: 7);
            Assert.Equal((4, 7), context.Cache.GetPositions());
        }
    }

    [Fact]
    public void Tokens_of_several_sequences_need_a_unified_cache()
    {
        using LlamaContext apart = tiny.NewContext(size: 512, sequences: 2);
        using var batch = new TokenBatch(2, 2);
        batch.Add(5, 0, [0, 1]);
        batch.Add(6, 1, [0, 1], logits: true);
        Assert.Contains("unified", Assert.Throws<DecodeException>(() => apart.Decode(batch)).Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (apart.Cache.GetLength(0), apart.Cache.GetLength(1)));
        Evaluate(apart, [5, 6], sequence: 1);

        using LlamaContext together = tiny.NewContext(size: 512, sequences: 2, unified: true);
        together.Decode(batch);
        Assert.Equal([5, 6], together.Cache.GetTokens(1));
        Assert.Equal(510, together.Cache.GetFreeCells());
        AssertClose(apart.GetLogits(), together.GetLogits());
    }

    [Fact]
    public void A_part_is_copied_in_a_unified_cache()
    {
        using LlamaContext context = tiny.NewContext(size: 512, sequences: 2, unified: true);
        Evaluate(context, [5, 6, 7]);
        context.Cache.Copy(0, 1, 0, 2);
        Assert.Equal([5, 6], context.Cache.GetTokens(1));
        using LlamaContext fresh = tiny.NewContext();
        AssertClose(Evaluate(fresh, [5, 6, 40]), Evaluate(context, [40], 2, sequence: 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_full_cache_tells_asked_and_free_cells_and_stays_usable(bool unified)
    {
        using LlamaContext context = tiny.NewContext(size: 512, sequences: 2, unified: unified);
        int all = context.Cache.Capacity;
        FillUp(context, all - 3);
        using var batch = new TokenBatch(5);
        for (int i = 0; i < 5; i++)
        {
            batch.Add(5, all - 3 + i, logits: i == 4);
        }

        var error = Assert.Throws<CacheFullException>(() => context.Decode(batch));
        Assert.Equal((5, 3, all), (error.RequestedCells, error.FreeCells, error.Capacity));
        Assert.Contains("5 cells", error.Message, StringComparison.Ordinal);
        Assert.Contains($"3 of {all}", error.Message, StringComparison.Ordinal);
        Assert.Equal(all - 3, context.Cache.GetLength());
        Evaluate(context, [5, 6, 7], from: all - 3);
        Assert.Equal(0, context.Cache.GetFreeCells());
        context.Cache.Remove(0, 10);
        Evaluate(context, [5, 6, 7, 8, 9], from: 10);
    }

    [Fact]
    public void Sequences_without_a_unified_cache_have_cells_of_their_own()
    {
        using LlamaContext context = tiny.NewContext(size: 512, sequences: 2);
        FillUp(context, 256);
        Assert.Throws<CacheFullException>(() => Evaluate(context, [5], from: 256));
        Evaluate(context, [5], sequence: 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sliding_window_evaluates_far_beyond_itself(bool full)
    {
        using var file = new TinyModel(new TinyModelOptions { Architecture = "gemma2", SlidingWindow = 32 });
        using LlamaModel model = file.Load();
        using var context = new LlamaContext(model, new ContextOptions
        {
            ContextSize = 512,
            BatchSize = 32,
            MicroBatchSize = 32,
            FullSlidingWindowCache = full,
            Threads = 1,
        });
        FillUp(context, 320);
        Assert.Equal(320, context.Cache.GetLength());
        Assert.Equal(319, context.Cache.GetPositions()!.Value.Max);
    }

    private static void FillUp(LlamaContext context, int count)
    {
        for (int from = 0; from < count; from += context.BatchSize)
        {
            int[] tokens = [.. Enumerable.Range(from, Math.Min(context.BatchSize, count - from)).Select(i => 3 + (i % 200))];
            Evaluate(context, tokens, from);
        }
    }
}
