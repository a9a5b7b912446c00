namespace LlamaNative;

/// <summary>The embedding of one text.</summary>
/// <param name="Vectors">One vector for the text, or one per token without pooling.</param>
/// <param name="TokenCount">Number of evaluated tokens.</param>
/// <param name="TruncatedTokens">Number of tokens cut off because the text was too long; always 0 unless
/// <see cref="EmbeddingOptions.LongInputs"/> is <see cref="Embeddings.LongInputPolicy.Truncate"/>.</param>
public sealed record EmbeddingResult(IReadOnlyList<float[]> Vectors, int TokenCount, int TruncatedTokens)
{
    /// <summary>The vector of the text.</summary>
    /// <exception cref="InvalidOperationException">There is one vector per token, because nothing is pooled
    /// (<see cref="Contexts.PoolingType.None"/>).</exception>
    public float[] Vector => Vectors.Count == 1
        ? Vectors[0]
        : throw new InvalidOperationException(
            $"The text has {Vectors.Count} vectors, one per token, because nothing is pooled. Read Vectors, or choose a PoolingType.");
}
