using LlamaNative.Contexts;
using LlamaNative.Embeddings;

namespace LlamaNative;

/// <summary>How texts become embeddings.</summary>
public sealed record EmbeddingOptions
{
    private const int MaxBatchSize = 1 << 20;

    /// <summary>How the embeddings of tokens become one; as the model says, and not at all if it says nothing.</summary>
    public PoolingType PoolingType { get; init; } = PoolingType.FromModel;

    /// <summary>How embeddings are normalised; the scores of <see cref="PoolingType.Rank"/> never are.</summary>
    public EmbeddingNormalization Normalization { get; init; } = EmbeddingNormalization.Euclidean;

    /// <summary>What to do with an input longer than <see cref="TextEmbedder.MaxInputTokens"/>.</summary>
    public LongInputPolicy LongInputs { get; init; } = LongInputPolicy.Refuse;

    /// <summary>
    /// Most tokens evaluated at once, over all inputs of a batch, and so of one input. Null takes the trained length but
    /// at most 2048; memory for the evaluation grows with it.
    /// </summary>
    public int? BatchSize { get; init; }

    /// <summary>Most inputs evaluated at once, up to 256.</summary>
    public int MaxSequences { get; init; } = 16;

    /// <summary>Which tokens a token sees; as the model says.</summary>
    public AttentionType AttentionType { get; init; } = AttentionType.FromModel;

    /// <summary>Threads that compute; null takes one for each core.</summary>
    public int? Threads { get; init; }

    /// <summary>Adds the tokens that begin and end a text, if the model is configured to have them.</summary>
    public bool AddSpecial { get; init; } = true;

    /// <summary>Reads special tokens written in the text as such. Never for untrusted text.</summary>
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
