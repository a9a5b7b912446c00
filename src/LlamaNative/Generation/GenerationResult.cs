using LlamaNative.Generation;

namespace LlamaNative;

/// <summary>Why a generation ended.</summary>
public enum StopReason
{
    /// <summary>The model said it is done.</summary>
    EndOfGeneration,

    /// <summary>The most tokens allowed were generated.</summary>
    MaxTokens,

    /// <summary>A stop sequence or stop token came.</summary>
    StopSequence,

    /// <summary>The context has no room for another token.</summary>
    ContextFull,

    /// <summary>One of <see cref="GenerationOptions.StopConditions"/> was met.</summary>
    Condition,

    /// <summary>It was cancelled.</summary>
    Cancelled,
}

/// <summary>The token counts of a generation.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">How many of these were in the cache already and not evaluated.</param>
/// <param name="CompletionTokens">Tokens generated, the one that ended it included.</param>
public sealed record TokenUsage(int PromptTokens, int CachedTokens, int CompletionTokens);

/// <summary>The times of a generation.</summary>
/// <param name="Load">Loading the model, done once for all generations.</param>
/// <param name="TimeToFirstToken">From the start until the first token was chosen; zero when there is none.</param>
/// <param name="Total">From the start to the end.</param>
/// <param name="PromptTokensPerSecond">Evaluated prompt tokens, the cached ones left out, for each second until the first token.</param>
/// <param name="TokensPerSecond">Tokens after the first for each second after it.</param>
public sealed record GenerationTimings(TimeSpan Load, TimeSpan TimeToFirstToken, TimeSpan Total,
    double PromptTokensPerSecond, double TokensPerSecond);

/// <summary>The result of a generation.</summary>
/// <param name="Text">The text, without the stop sequence; a character cut off at the end is U+FFFD.</param>
/// <param name="Tokens">The generated tokens, the one that ended it included.</param>
/// <param name="StopReason">Why it ended.</param>
/// <param name="StopSequence">The stop sequence that ended it.</param>
/// <param name="Usage">Token counts.</param>
/// <param name="Timings">Times.</param>
public sealed record GenerationResult(
    string Text,
    IReadOnlyList<int> Tokens,
    StopReason StopReason,
    string? StopSequence,
    TokenUsage Usage,
    GenerationTimings Timings)
{
    /// <summary>
    /// The log-probabilities of <see cref="Tokens"/>; null unless <see cref="GenerationOptions.TopLogProbabilities"/> asks for them.
    /// </summary>
    public IReadOnlyList<ScoredToken>? LogProbabilities { get; init; }
}
