using LlamaNative.Sampling;

namespace LlamaNative.Generation;

/// <summary>
/// The steps of one generation, in order. A generation makes them from its options; to replace some of them, pass a
/// function to <c>TextGenerator.Start</c>:
/// <code>
/// using GenerationRun run = generator.Start(prompt, options, steps => steps with { Detokenizer = new Mine() });
/// </code>
/// Samplers, logits processors and stop conditions need no pipeline: <see cref="GenerationOptions"/> takes them in every call.
/// </summary>
/// <remarks>
/// A pipeline lists the steps and owns none of them, so copying it is harmless. The <see cref="GenerationRun"/> frees the
/// steps that were made for it, including those that were replaced; the replacements belong to the caller.
/// </remarks>
public sealed record GenerationPipeline
{
    /// <summary>1. Turns the prompt into tokens.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>2 to 4. Feeds the model, computes, and returns the logits.</summary>
    public required IForwardPass Forward { get; init; }

    /// <summary>5. Change the logits, one after the other.</summary>
    public IReadOnlyList<ILogitsProcessor> LogitsProcessors { get; init; } = [];

    /// <summary>6. Chooses a token. A sampler put here is used as it is: no grammar is applied to it.</summary>
    public required ITokenSampler Sampler { get; init; }

    /// <summary>8. Further reasons to stop. (Step 7, appending the token, is the loop's own.)</summary>
    public IReadOnlyList<IStopCondition> StopConditions { get; init; } = [];

    /// <summary>9. Turns the token into text.</summary>
    public required IDetokenizer Detokenizer { get; init; }
}
