using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative;

/// <summary>What to generate and when to stop. Options can be shared between generations.</summary>
public sealed record GenerationOptions
{
    /// <summary>Maximum number of tokens to generate; null means no limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>
    /// Texts that end the generation. They never appear in the output, not even partially. A stop sequence that is a special
    /// token of the model also matches that token.
    /// </summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Token ids that end the generation, in addition to the model's end-of-generation tokens.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Stops at the model's end-of-generation tokens.</summary>
    public bool StopAtEndOfGeneration { get; init; } = true;

    /// <summary>How the next token is chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>
    /// Processors that modify the logits before sampling, in this order. All generations with these options share the
    /// instances, so use stateful ones in one generation at a time.
    /// </summary>
    public IReadOnlyList<ILogitsProcessor> LogitsProcessors { get; init; } = [];

    /// <summary>
    /// Creates the sampler that replaces the one described by <see cref="Sampling"/>, of which only the grammar then applies.
    /// Called once per generation with the model's vocabulary. Return a new instance each time: generations can run
    /// concurrently, and each disposes its sampler if it is <see cref="IDisposable"/>.
    /// </summary>
    /// <remarks>
    /// If a grammar applies (<see cref="SamplingOptions.Grammar"/>, a typed answer, a tool call) and rejects the chosen token,
    /// the sampler is called again with the logits of all forbidden tokens set to negative infinity.
    /// </remarks>
    public Func<Vocabulary, ITokenSampler>? Sampler { get; init; }

    /// <summary>
    /// Additional stop conditions, checked after each token; the generation then ends with <see cref="StopReason.Condition"/>.
    /// All generations with these options share the instances, so use stateful ones in one generation at a time.
    /// </summary>
    public IReadOnlyList<IStopCondition> StopConditions { get; init; } = [];

    /// <summary>
    /// Adds the begin-of-text token to the prompt if the model is configured to use it. A prompt that begins with one already, parsed with
    /// <see cref="ParseSpecial"/>, then has two; the model's log warns of it.
    /// </summary>
    public bool AddSpecial { get; init; } = true;

    /// <summary>Parses special tokens in the prompt. For templated prompts; do not enable it for untrusted text.</summary>
    public bool ParseSpecial { get; init; }

    /// <summary>Includes special tokens in the output text.</summary>
    public bool ShowSpecial { get; init; }

    /// <summary>
    /// Reports the log-probability of each generated token and of this many of the most probable alternatives, from the same
    /// evaluation, before logits processors and samplers. 0 reports the generated token only; null disables it.
    /// </summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>
    /// Reuses the longest common prefix of the prompt and the cached sequence instead of evaluating it again.
    /// </summary>
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
