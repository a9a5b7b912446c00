using LlamaNative.Generation;

namespace LlamaNative;

/// <summary>Why a generation ended.</summary>
public enum StopReason
{
    /// <summary>The model generated an end-of-generation token.</summary>
    EndOfGeneration,

    /// <summary><see cref="GenerationOptions.MaxTokens"/> was reached.</summary>
    MaxTokens,

    /// <summary>A stop sequence or stop token was generated.</summary>
    StopSequence,

    /// <summary>The context is full.</summary>
    ContextFull,

    /// <summary>One of <see cref="GenerationOptions.StopConditions"/> was met.</summary>
    Condition,

    /// <summary>The generation was cancelled.</summary>
    Cancelled,
}

/// <summary>Token counts of a generation.</summary>
/// <param name="PromptTokens">Number of prompt tokens.</param>
/// <param name="CachedTokens">Number of prompt tokens reused from the cache.</param>
/// <param name="CompletionTokens">Number of generated tokens, including the one that ended the generation.</param>
public sealed record TokenUsage(int PromptTokens, int CachedTokens, int CompletionTokens);

/// <summary>Durations and rates of a generation.</summary>
/// <param name="Load">Time to load the model, spent once for all generations.</param>
/// <param name="TimeToFirstToken">Time from the start until the first token was chosen; zero if there is none.</param>
/// <param name="Total">Time from the start to the end.</param>
/// <param name="PromptTokensPerSecond">Evaluated (not cached) prompt tokens per second, up to the first token.</param>
/// <param name="TokensPerSecond">Tokens per second after the first one.</param>
public sealed record GenerationTimings(TimeSpan Load, TimeSpan TimeToFirstToken, TimeSpan Total,
    double PromptTokensPerSecond, double TokensPerSecond);

/// <summary>The result of a generation.</summary>
/// <param name="Text">The generated text, without the stop sequence; a truncated character at the end becomes U+FFFD.</param>
/// <param name="Tokens">The generated tokens, including the one that ended the generation.</param>
/// <param name="StopReason">Why the generation ended.</param>
/// <param name="StopSequence">The stop sequence that ended the generation, or null.</param>
/// <param name="Usage">Token counts.</param>
/// <param name="Timings">Durations and rates.</param>
public sealed record GenerationResult(
    string Text,
    IReadOnlyList<int> Tokens,
    StopReason StopReason,
    string? StopSequence,
    TokenUsage Usage,
    GenerationTimings Timings)
{
    /// <summary>
    /// Log-probabilities of <see cref="Tokens"/>; null unless <see cref="GenerationOptions.TopLogProbabilities"/> is set.
    /// </summary>
    public IReadOnlyList<ScoredToken>? LogProbabilities { get; init; }
}
