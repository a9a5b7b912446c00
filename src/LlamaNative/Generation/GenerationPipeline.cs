using LlamaNative.Sampling;

namespace LlamaNative.Generation;

/// <summary>
/// The steps of one generation, in order. A generation creates them from its options; to replace steps, pass a function to
/// <c>TextGenerator.Start</c>:
/// <code>
/// using GenerationRun run = generator.Start(prompt, options, steps => steps with { Detokenizer = new MyDetokenizer() });
/// </code>
/// Samplers, logits processors and stop conditions need no pipeline: every entry point takes them through
/// <see cref="GenerationOptions"/>.
/// </summary>
/// <remarks>
/// A pipeline references its steps without owning them, so copies are safe. The <see cref="GenerationRun"/> disposes the steps
/// that were created for it, including replaced ones; replacements belong to the caller.
/// </remarks>
public sealed record GenerationPipeline
{
    /// <summary>Step 1: tokenizes the prompt.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Steps 2 to 4: feeds tokens to the model, evaluates them and returns the logits.</summary>
    public required IForwardPass Forward { get; init; }

    /// <summary>Step 5: processors that modify the logits, in order.</summary>
    public IReadOnlyList<ILogitsProcessor> LogitsProcessors { get; init; } = [];

    /// <summary>Step 6: chooses a token. A sampler set here is used as is: no grammar is applied to it.</summary>
    public required ITokenSampler Sampler { get; init; }

    /// <summary>Step 8: additional stop conditions. (Step 7, appending the token, is part of the loop.)</summary>
    public IReadOnlyList<IStopCondition> StopConditions { get; init; } = [];

    /// <summary>Step 9: converts the token to text.</summary>
    public required IDetokenizer Detokenizer { get; init; }
}
