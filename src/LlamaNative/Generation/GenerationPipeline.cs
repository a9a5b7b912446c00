using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Generation;

/// <summary>
/// The steps of a generation in their order, each of which can be replaced:
/// <code>
/// pipeline = GenerationPipeline.Create(context, options) with { LogitsProcessors = [new NoDigits()] };
/// </code>
/// It owns the forward pass and the sampler it was created with, and frees these, not their replacements.
/// </summary>
public sealed record GenerationPipeline : IDisposable
{
    private readonly IDisposable[] _owned;

    private GenerationPipeline(params IDisposable[] owned) => _owned = owned;

    /// <summary>1. The prompt becomes tokens.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>2 to 4. The model is fed, computes, and gives logits.</summary>
    public required IForwardPass Forward { get; init; }

    /// <summary>5. The logits are changed.</summary>
    public IReadOnlyList<ILogitsProcessor> LogitsProcessors { get; init; } = [];

    /// <summary>6. A token is chosen.</summary>
    public required ITokenSampler Sampler { get; init; }

    /// <summary>8. Further reasons to stop. (7 appends the token, which is the loop's own step.)</summary>
    public IReadOnlyList<IStopCondition> StopConditions { get; init; } = [];

    /// <summary>9. The token becomes text.</summary>
    public required IDetokenizer Detokenizer { get; init; }

    /// <summary>The steps as options say, on one sequence of a context.</summary>
    public static GenerationPipeline Create(LlamaContext context, GenerationOptions? options = null, int sequence = 0)
    {
        ArgumentNullException.ThrowIfNull(context);
        options ??= new GenerationOptions();
        options.Validate();
        Vocabulary vocabulary = context.Model.Vocabulary;
        SamplerChain sampler = SamplerChain.Create(vocabulary, options.Sampling);
        var forward = new ContextForwardPass(context, sequence, options.ReuseCache);
        return new GenerationPipeline(forward, sampler)
        {
            Tokenizer = new VocabularyTokenizer(vocabulary, options.AddSpecial, options.ParseSpecial),
            Forward = forward,
            Sampler = sampler,
            Detokenizer = new VocabularyDetokenizer(vocabulary, options.ShowSpecial),
        };
    }

    /// <summary>Frees the forward pass and the sampler it was created with.</summary>
    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }
    }
}
