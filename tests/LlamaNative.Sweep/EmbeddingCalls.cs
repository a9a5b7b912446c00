using LlamaNative.Contexts;

namespace LlamaNative.Sweep;

/// <summary>Calls that embed or rank.</summary>
internal static class EmbeddingCalls
{
    /// <summary>Two texts at once and each alone give the same vectors.</summary>
    public static void Embed(Subject subject, PoolingType pooling)
    {
        var options = new EmbeddingOptions { PoolingType = pooling, BatchSize = 64, MaxSequences = 2, Threads = 1 };
        using var embedder = new TextEmbedder(subject.Model, options);
        IReadOnlyList<EmbeddingResult> both = embedder.Embed(["the cat", "the cat at the cat"]);
        foreach (float[] vector in both.SelectMany(result => result.Vectors))
        {
            Subject.Finite(vector, embedder.EmbeddingLength);
        }

        using var single = new TextEmbedder(subject.Model, options);
        Subject.Same(both[1].Vectors[^1], single.Embed("the cat at the cat").Vectors[^1], "alone");
    }

    public static void WithLogits(Subject subject)
    {
        using LlamaContext context = subject.NewContext(options => options with { Embeddings = true, PoolingType = PoolingType.None });
        subject.Evaluate(context, 0);
        Subject.Finite(context.BorrowTokenEmbedding(0).ToArray(), context.EmbeddingLength);
        if (subject.Model.GeneratesText)
        {
            Subject.Finite(context.GetLogits(), subject.Model.Vocabulary.Count);
        }
    }

    public static void Rank(Subject subject)
    {
        using var reranker = new Reranker(subject.Model, new EmbeddingOptions { BatchSize = 64, MaxSequences = 2, Threads = 1 });
        IReadOnlyList<RankedDocument> ranked = reranker.Rank("the cat", ["at", "the"]);
        Subject.Require(ranked.Count == 2 && ranked.All(document => float.IsFinite(document.Score)), "scores that are not finite");
    }
}
