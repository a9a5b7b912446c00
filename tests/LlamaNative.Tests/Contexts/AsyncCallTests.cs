using LlamaNative.Contexts;
using LlamaNative.Generation;

namespace LlamaNative.Tests.Contexts;

/// <summary>Asynchronous calls on the context's thread give the same results as synchronous calls.</summary>
public sealed class AsyncCallTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private readonly int[] _prompt = tiny.Model.Vocabulary.Tokenize("the cat");

    [Fact]
    public async Task Decoding()
    {
        using LlamaContext context = tiny.NewContext();
        using TokenBatch batch = Batch();
        context.Decode(batch);
        float[] expected = context.GetLogits();
        context.Cache.Clear();
        await context.DecodeAsync(batch);
        Assert.Equal(expected, context.GetLogits());
        Assert.Equal(_prompt, context.Cache.GetTokens());

        // The same positions are rejected the second time, in the task.
        await Assert.ThrowsAsync<DecodeException>(() => context.DecodeAsync(batch));
        context.Cache.Clear();
        await Assert.ThrowsAsync<OperationCanceledException>(() => context.DecodeAsync(batch, new CancellationToken(canceled: true)));
        Assert.Equal(0, context.Cache.GetLength());
    }

    [Fact]
    public async Task Scoring()
    {
        using LlamaContext context = tiny.NewContext();
        var scorer = new ContinuationScorer(context);
        ContinuationScore expected = scorer.Score(_prompt.AsSpan(..2), _prompt.AsSpan(2..), topLogProbabilities: 2);
        context.Cache.Clear();
        ContinuationScore score = await scorer.ScoreAsync(_prompt.AsMemory(..2), _prompt.AsMemory(2..), topLogProbabilities: 2);
        Assert.Equal(expected.LogProbability, score.LogProbability);
        Assert.Equal(_prompt[2..], score.Tokens.Select(token => token.Token));
        Assert.Equal(2, score.Tokens[0].Top.Length);
    }

    [Fact]
    public async Task Embedding()
    {
        using var embedder = new TextEmbedder(tiny.Model, new EmbeddingOptions { PoolingType = PoolingType.Mean, Threads = 1 });
        int[] tokens = [.. _prompt, .. _prompt[..2]];
        int[] lengths = [_prompt.Length, 2];
        float[] expected = new float[2 * embedder.EmbeddingLength];
        embedder.Embed(tokens, lengths, expected);
        Assert.NotEqual(new float[expected.Length], expected);
        float[] vectors = new float[expected.Length];
        await embedder.EmbedAsync(tokens, lengths, vectors);
        Assert.Equal(expected, vectors);
    }

    private TokenBatch Batch()
    {
        var batch = new TokenBatch(_prompt.Length);
        for (int i = 0; i < _prompt.Length; i++)
        {
            batch.Add(_prompt[i], i, logits: i == _prompt.Length - 1);
        }

        return batch;
    }
}
