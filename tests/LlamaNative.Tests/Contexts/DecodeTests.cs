using LlamaNative.Contexts;

namespace LlamaNative.Tests.Contexts;

/// <summary>Each error in a batch throws its exception and leaves the context usable.</summary>
public sealed class DecodeTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    [InlineData(null)]
    public void A_token_that_does_not_exist_is_a_wrong_argument(int? token)
    {
        using LlamaContext context = tiny.NewContext();
        int id = token ?? tiny.Model.Vocabulary.Count;
        var error = Refused<ArgumentOutOfRangeException>(context, batch => batch.Add(id, 0));
        Assert.Contains($"is {id}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void A_sequence_that_does_not_exist_is_a_wrong_argument(int sequence)
    {
        using LlamaContext context = tiny.NewContext(sequences: 2);
        Refused<ArgumentOutOfRangeException>(context, batch => batch.Add(5, 0, sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.GetLength(sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.GetFreeCells(sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.GetTokens(sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.GetPositions(sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.GetCommonPrefix([], sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.Remove(sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.Copy(sequence, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.Copy(0, sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.Keep(sequence));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Cache.Shift(sequence, 0, null, 1));
    }

    [Fact]
    public void Positions_with_a_gap_or_again_are_refused_by_llama_cpp()
    {
        using LlamaContext context = tiny.NewContext();
        Evaluate(context, [5, 6, 7]);
        foreach (int position in (int[])[0, 2, 4, 100])
        {
            using var batch = new TokenBatch(1);
            batch.Add(5, position);
            var error = Assert.Throws<DecodeException>(() => context.Decode(batch));
            Assert.Contains("consecutive", error.Message, StringComparison.Ordinal);
            Assert.Equal(-1, error.Code);
        }

        Assert.Equal(3, context.Cache.GetLength());
        Evaluate(context, [8], from: 3);
        Assert.Equal([5, 6, 7, 8], context.Cache.GetTokens());
    }

    [Fact]
    public void A_batch_that_is_empty_or_too_large_is_a_wrong_argument()
    {
        using LlamaContext context = tiny.NewContext(batch: 8);
        Refused<ArgumentException>(context, _ => { });
        var error = Refused<ArgumentException>(context, batch =>
        {
            for (int i = 0; i < 9; i++)
            {
                batch.Add(5, i);
            }
        });
        Assert.Contains("at most 8", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => context.Decode(null!));
    }

    [Fact]
    public void More_logits_than_outputs_are_a_wrong_argument()
    {
        using var context = new LlamaContext(tiny.Model, new ContextOptions { ContextSize = 256, MaxOutputs = 1, Threads = 1 });
        Refused<ArgumentException>(context, batch =>
        {
            batch.Add(5, 0, logits: true);
            batch.Add(6, 1, logits: true);
        });
    }

    [Fact]
    public void Logits_are_there_for_those_who_asked()
    {
        using LlamaContext context = tiny.NewContext();
        Assert.Throws<ArgumentOutOfRangeException>(() => context.GetLogits());
        using var batch = new TokenBatch(3);
        batch.Add(5, 0);
        batch.Add(6, 1, logits: true);
        batch.Add(7, 2);
        context.Decode(batch);
        Assert.Equal(context.GetLogits(1), context.GetLogits());
        foreach (int index in (int[])[0, 2, 3, -2, int.MinValue, int.MaxValue])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => context.GetLogits(index));
        }

        Assert.Equal(tiny.Model.Vocabulary.Count, context.GetLogits(1).Length);
    }

    [Fact]
    public void Negative_indices_count_those_who_asked_from_the_end()
    {
        using LlamaContext context = tiny.NewContext();
        using var batch = new TokenBatch(4);
        batch.Add(5, 0, logits: true);
        batch.Add(6, 1);
        batch.Add(7, 2, logits: true);
        batch.Add(8, 3);
        context.Decode(batch);
        Assert.Equal(context.GetLogits(2), context.GetLogits(-1));
        Assert.Equal(context.GetLogits(0), context.GetLogits(-2));
        Assert.NotEqual(context.GetLogits(0), context.GetLogits(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.GetLogits(-3));

        // The results of the previous batch are gone, even if the next batch failed.
        batch.Clear();
        batch.Add(9, 500, logits: true);
        Assert.Throws<DecodeException>(() => context.Decode(batch));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.GetLogits());
    }

    [Fact]
    public void A_batch_itself_refuses_what_no_context_takes()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenBatch(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenBatch(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenBatch(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenBatch(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenBatch(1, 257));
        using var batch = new TokenBatch(1, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(5, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(5, int.MaxValue));
        Assert.Throws<ArgumentException>(() => batch.Add(5, 0, []));
        Assert.Throws<ArgumentException>(() => batch.Add(5, 0, [0, 1, 2]));
        Assert.Throws<ArgumentException>(() => batch.Add(5, 0, [1, 1]));
        Assert.Equal(0, batch.Add(5, 0, [0, 1]));
        Assert.Throws<InvalidOperationException>(() => batch.Add(5, 1));
        batch.Dispose();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Add(5, 0));
        using LlamaContext context = tiny.NewContext();
        Assert.Throws<ObjectDisposedException>(() => context.Decode(batch));
    }

    [Fact]
    public void Several_sequences_in_one_batch_equal_contexts_of_their_own()
    {
        int[][] texts = [[5, 6, 7], [9, 8], [40, 41, 42, 43]];
        using LlamaContext together = tiny.NewContext(size: 768, sequences: 3);
        using var batch = new TokenBatch(16);
        var last = new int[3];
        for (int position = 0; position < 4; position++)
        {
            for (int sequence = 0; sequence < 3; sequence++)
            {
                if (position < texts[sequence].Length)
                {
                    last[sequence] = batch.Add(texts[sequence][position], position, sequence,
                        logits: position == texts[sequence].Length - 1);
                }
            }
        }

        together.Decode(batch);
        for (int sequence = 0; sequence < 3; sequence++)
        {
            using LlamaContext alone = tiny.NewContext();
            AssertClose(Evaluate(alone, texts[sequence]), together.GetLogits(last[sequence]));
            Assert.Equal(texts[sequence], together.Cache.GetTokens(sequence));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(40, 3)]
    [InlineData(13, 13)]
    public void Chunks_of_any_size_give_the_same_logits(int batchSize, int microBatchSize)
    {
        int[] tokens = [.. Enumerable.Range(0, 40).Select(i => 3 + (i * 37 % 300))];
        using LlamaContext whole = tiny.NewContext();
        float[] expected = Evaluate(whole, tokens);
        using LlamaContext context = tiny.NewContext(batch: batchSize, microBatch: microBatchSize);
        float[] actual = [];
        for (int from = 0; from < tokens.Length; from += batchSize)
        {
            actual = Evaluate(context, tokens.AsSpan(from, Math.Min(batchSize, tokens.Length - from)), from);
        }

        AssertClose(expected, actual);
    }

    [Fact]
    public void A_disposed_context_refuses_and_double_dispose_is_harmless()
    {
        LlamaContext context = tiny.NewContext();
        Evaluate(context, [5, 6]);
        context.Dispose();
        context.Dispose();
        using var batch = new TokenBatch(1);
        batch.Add(5, 2);
        Assert.Throws<ObjectDisposedException>(() => context.Decode(batch));
        Assert.Throws<ObjectDisposedException>(() => context.GetLogits());
        Assert.Throws<ObjectDisposedException>(() => context.Cache.Clear());
        Assert.Throws<ObjectDisposedException>(() => context.Cache.Remove(0));
        Assert.Throws<ObjectDisposedException>(() => context.Cache.GetPositions());
        Assert.Throws<ObjectDisposedException>(() => context.Cache.CanShift);
        using LlamaContext next = tiny.NewContext();
        Evaluate(next, [5]);
    }

    internal static float[] Evaluate(LlamaContext context, ReadOnlySpan<int> tokens, int from = 0, int sequence = 0)
    {
        using var batch = new TokenBatch(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            batch.Add(tokens[i], from + i, sequence, logits: i == tokens.Length - 1);
        }

        context.Decode(batch);
        return context.GetLogits();
    }

    /// <summary>The cache stores 16-bit numbers, and batches of different sizes are summed in a different order.</summary>
    internal static void AssertClose(float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance: 0.02f);
        }
    }

    private static T Refused<T>(LlamaContext context, Action<TokenBatch> fill)
        where T : Exception
    {
        using var batch = new TokenBatch(32);
        fill(batch);
        var error = Assert.Throws<T>(() => context.Decode(batch));
        Assert.Equal(0, context.Cache.GetLength());
        Evaluate(context, [5, 6]);
        Assert.Equal([5, 6], context.Cache.GetTokens());
        context.Cache.Clear();
        return error;
    }
}
