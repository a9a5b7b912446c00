namespace LlamaNative.Embeddings;

/// <summary>An input has more tokens than can be evaluated at once. Nothing was evaluated.</summary>
public sealed class InputTooLongException : LlamaException
{
    internal InputTooLongException(int index, int tokens, int maxTokens)
        : base($"Input {index} has {tokens} tokens; this model and its options take at most {maxTokens} at once. "
            + "Shorten it, set EmbeddingOptions.LongInputs to Truncate, or raise EmbeddingOptions.BatchSize if the model was trained "
            + "on more.")
    {
        Index = index;
        TokenCount = tokens;
        MaxInputTokens = maxTokens;
    }

    /// <summary>Which of the inputs, counted from 0.</summary>
    public int Index { get; }

    /// <summary>How many tokens it has.</summary>
    public int TokenCount { get; }

    /// <summary>Most tokens of an input.</summary>
    public int MaxInputTokens { get; }
}
