using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative;

/// <summary>What to generate and when to stop. One record may serve any number of generations.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to generate; null goes on until something else stops it.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>
    /// Texts that end the generation. None of them, nor a beginning of one that is completed later, appears in the
    /// output. One that is a special token of the model is also recognised as that token.
    /// </summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Tokens that end the generation, besides those the model ends with.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Stops at the tokens with which the model says it is done.</summary>
    public bool StopAtEndOfGeneration { get; init; } = true;

    /// <summary>How the next token is chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>
    /// Change the logits before the sampler sees them, in this order. Every generation with these options calls the same
    /// instances: one that keeps state serves one generation at a time.
    /// </summary>
    public IReadOnlyList<ILogitsProcessor> LogitsProcessors { get; init; } = [];

    /// <summary>
    /// Creates the sampler that chooses in place of the one <see cref="Sampling"/> describes; of that only the grammar
    /// then applies. Called once for each generation, so that several can run at the same time, with the model's
    /// vocabulary. Return a new sampler each time: the generation disposes it at its end if it is <see cref="IDisposable"/>.
    /// </summary>
    /// <remarks>
    /// When a grammar holds (<see cref="SamplingOptions.Grammar"/>, a typed answer, a tool call) and forbids the token
    /// that the sampler chose, the sampler is asked again with negative infinity as the logit of every forbidden token.
    /// </remarks>
    public Func<Vocabulary, ITokenSampler>? Sampler { get; init; }

    /// <summary>
    /// Further reasons to stop, checked after each token; the generation then ends with <see cref="StopReason.Condition"/>.
    /// Every generation with these options calls the same instances: one that keeps state serves one generation at a time.
    /// </summary>
    public IReadOnlyList<IStopCondition> StopConditions { get; init; } = [];

    /// <summary>Adds to the prompt the tokens that begin a text, if the model is configured to have them.</summary>
    public bool AddSpecial { get; init; } = true;

    /// <summary>Reads special tokens written in the prompt as such. For templated prompts; never for untrusted text.</summary>
    public bool ParseSpecial { get; init; }

    /// <summary>Writes special tokens out in the text instead of leaving them out.</summary>
    public bool ShowSpecial { get; init; }

    /// <summary>
    /// Reports the log-probability of each generated token, and of so many of the most probable ones at its place, from the
    /// same evaluation: the model's own, before logits processors and samplers. Null reports none, 0 only the token's.
    /// </summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>Keeps the longest common beginning of this prompt and what the cache holds, instead of evaluating it again.</summary>
    public bool ReuseCache { get; init; } = true;

    /// <summary>Checks what does not depend on a model.</summary>
    internal void Validate()
    {
        OptionCheck.AtLeast(MaxTokens, 0);
        foreach (string sequence in OptionCheck.NoneNull(StopSequences))
        {
            OptionCheck.NotEmpty(sequence, nameof(StopSequences));
        }

        OptionCheck.NotNull(StopTokens);
        OptionCheck.NotNull(Sampling).Validate();
        OptionCheck.AtLeast(TopLogProbabilities, 0);
        OptionCheck.NoneNull(LogitsProcessors);
        OptionCheck.NoneNull(StopConditions);
    }
}
