namespace LlamaNative;

/// <summary>The prompt is longer than the context. Nothing was evaluated.</summary>
public sealed class ContextOverflowException : LlamaException
{
    internal ContextOverflowException(int promptTokens, int contextSize)
        : base(
            $"The prompt has {promptTokens} tokens; a sequence of this context can have {contextSize}. Shorten the prompt or create the "
            + $"context with a larger ContextSize.")
    {
        PromptTokens = promptTokens;
        ContextSize = contextSize;
    }

    /// <summary>Number of prompt tokens.</summary>
    public int PromptTokens { get; }

    /// <summary>Maximum length of a sequence in tokens.</summary>
    public int ContextSize { get; }
}
