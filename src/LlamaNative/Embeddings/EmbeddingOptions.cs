using LlamaNative.Contexts;
using LlamaNative.Embeddings;

namespace LlamaNative;

/// <summary>How texts are embedded.</summary>
public sealed record EmbeddingOptions
{
    private const int MaxBatchSize = 1 << 20;

    /// <summary>How token embeddings are pooled. The default is the model's setting, or no pooling if it has none.</summary>
    public PoolingType PoolingType { get; init; } = PoolingType.FromModel;

    /// <summary>
    /// How embeddings are normalized; ignored for <see cref="PoolingType.Rank"/>, whose scores are never normalized.
    /// </summary>
    public EmbeddingNormalization Normalization { get; init; } = EmbeddingNormalization.Euclidean;

    /// <summary>What to do with inputs longer than <see cref="TextEmbedder.MaxInputTokens"/>.</summary>
    public LongInputPolicy LongInputs { get; init; } = LongInputPolicy.Refuse;

    /// <summary>
    /// Maximum number of tokens evaluated at once, over all inputs of a batch; also the maximum length of one input. Null means
    /// the trained length but at most 2048. Compute memory grows with it.
    /// </summary>
    public int? BatchSize { get; init; }

    /// <summary>Maximum number of inputs evaluated at once, from 1 to 256.</summary>
    public int MaxSequences { get; init; } = 16;

    /// <summary>The attention mask; the default is the model's setting.</summary>
    public AttentionType AttentionType { get; init; } = AttentionType.FromModel;

    /// <summary>Number of compute threads; null means one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Adds begin- and end-of-text tokens if the model is configured to use them.</summary>
    public bool AddSpecial { get; init; } = true;

    /// <summary>Parses special tokens in the text. Do not enable it for untrusted text.</summary>
    public bool ParseSpecial { get; init; }

    internal void Validate()
    {
        OptionCheck.Defined(PoolingType);
        OptionCheck.Defined(LongInputs);
        OptionCheck.InRange(BatchSize, 1, MaxBatchSize);
        OptionCheck.InRange(MaxSequences, 1, ContextOptions.MostSequences);
        OptionCheck.Defined(AttentionType);
        OptionCheck.InRange(Threads, 1, ContextParameters.MaxThreads);
    }
}
