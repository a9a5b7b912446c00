namespace LlamaNative;

/// <summary>The embedding of one text.</summary>
/// <param name="Vectors">One vector for the text, or without pooling one for each of its tokens.</param>
/// <param name="TokenCount">Tokens evaluated.</param>
/// <param name="TruncatedTokens">Tokens cut off because the text was too long; 0 unless <see cref="EmbeddingOptions.LongInputs"/> allows
/// it.</param>
public sealed record EmbeddingResult(IReadOnlyList<float[]> Vectors, int TokenCount, int TruncatedTokens)
{
    /// <summary>The vector of the text.</summary>
    /// <exception cref="InvalidOperationException">There are several, one for each token
    /// (<see cref="Contexts.PoolingType.None"/>).</exception>
    public float[] Vector => Vectors.Count == 1
        ? Vectors[0]
        : throw new InvalidOperationException(
            $"The text has {Vectors.Count} vectors, one for each token, as nothing is pooled: read Vectors, or choose a PoolingType.");
}
