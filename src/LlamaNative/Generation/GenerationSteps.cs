using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Generation;

/// <summary>The steps made for one generation; disposing it frees those that hold native memory.</summary>
internal sealed class GenerationSteps : IDisposable
{
    private readonly ContextForwardPass _forward;
    private readonly ITokenSampler _sampler;

    /// <summary>Makes the steps that options describe, on one sequence of a context.</summary>
    public GenerationSteps(LlamaContext context, GenerationOptions options, int sequence)
    {
        Vocabulary vocabulary = context.Model.Vocabulary;
        _sampler = CreateSampler(vocabulary, options);
        _forward = new ContextForwardPass(context, sequence, options.ReuseCache);
        Pipeline = new GenerationPipeline
        {
            Tokenizer = new VocabularyTokenizer(vocabulary, options.AddSpecial, options.ParseSpecial),
            Forward = _forward,
            LogitsProcessors = options.LogitsProcessors,
            Sampler = _sampler,
            StopConditions = options.StopConditions,
            Detokenizer = new VocabularyDetokenizer(vocabulary, options.ShowSpecial),
        };
    }

    public GenerationPipeline Pipeline { get; }

    /// <summary>The sampler of these options: the caller's own or llama.cpp's chain, held to the grammar if there is one.</summary>
    public static ITokenSampler CreateSampler(Vocabulary vocabulary, GenerationOptions options)
    {
        if (options.Sampler is not { } create)
        {
            return SamplerChain.Create(vocabulary, options.Sampling);
        }

        // The grammar first: when it is not valid, there is no sampler to dispose.
        SamplingOptions sampling = options.Sampling;
        GrammarSampler? grammar = sampling.Grammar is { } gbnf ? GrammarSampler.Create(vocabulary, gbnf, sampling.GrammarRoot) : null;
        try
        {
            ITokenSampler sampler = create(vocabulary) ?? throw new InvalidOperationException("GenerationOptions.Sampler returned null.");
            return grammar is null ? sampler : new ConstrainedSampler(vocabulary, sampler, grammar);
        }
        catch
        {
            grammar?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _forward.Dispose();
        (_sampler as IDisposable)?.Dispose();
    }
}
