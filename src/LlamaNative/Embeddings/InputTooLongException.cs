namespace LlamaNative.Embeddings;

/// <summary>An input has more tokens than can be evaluated at once. Nothing was evaluated.</summary>
public sealed class InputTooLongException : LlamaException
{
    internal InputTooLongException(int index, int tokens, int maxTokens)
        : base($"Input {index} has {tokens} tokens; the maximum for this model and its options is {maxTokens}. "
            + "Shorten it, set EmbeddingOptions.LongInputs to Truncate, or raise EmbeddingOptions.BatchSize if the model was trained "
            + "on more.")
    {
        Index = index;
        TokenCount = tokens;
        MaxInputTokens = maxTokens;
    }

    /// <summary>The index of the input.</summary>
    public int Index { get; }

    /// <summary>Number of tokens of the input.</summary>
    public int TokenCount { get; }

    /// <summary>Maximum number of tokens per input.</summary>
    public int MaxInputTokens { get; }
}
