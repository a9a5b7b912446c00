namespace LlamaNative;

/// <summary>A prompt is longer than the context it is meant for. Nothing was evaluated.</summary>
public sealed class ContextOverflowException : LlamaException
{
    internal ContextOverflowException(int promptTokens, int contextSize)
        : base(
            $"The prompt has {promptTokens} tokens and a sequence of this context holds {contextSize}. Shorten the prompt or create the "
            + $"context with a larger ContextSize.")
    {
        PromptTokens = promptTokens;
        ContextSize = contextSize;
    }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Tokens the sequence holds.</summary>
    public int ContextSize { get; }
}
