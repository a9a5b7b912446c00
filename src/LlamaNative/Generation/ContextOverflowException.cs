namespace LlamaNative;

/// <summary>The prompt is longer than the context. Nothing was evaluated.</summary>
public sealed class ContextOverflowException : LlamaException
{
    internal ContextOverflowException(int promptTokens, int contextSize)
        : this(
            $"The prompt has {promptTokens} tokens; a sequence of this context can have {contextSize}. Shorten the prompt or create the "
            + $"context with a larger ContextSize.", promptTokens, contextSize)
    {
    }

    private ContextOverflowException(string message, int promptTokens, int contextSize)
        : base(message)
    {
        PromptTokens = promptTokens;
        ContextSize = contextSize;
    }

    /// <summary>Number of prompt tokens.</summary>
    public int PromptTokens { get; }

    /// <summary>Maximum length of a sequence in tokens; for the prompt of an encoder-decoder, of a micro-batch.</summary>
    public int ContextSize { get; }

    internal static ContextOverflowException OfEncoder(int promptTokens, int microBatchSize) => new(
        $"The prompt has {promptTokens} tokens; the encoder of this context reads at most {microBatchSize} at once. Shorten the prompt or "
        + "create the context with a larger MicroBatchSize, and a BatchSize and ContextSize of at least the same.",
        promptTokens, microBatchSize);
}
