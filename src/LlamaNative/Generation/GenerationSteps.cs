using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Generation;

/// <summary>The steps created for one generation; disposing this object frees those with native memory.</summary>
internal sealed class GenerationSteps : IDisposable
{
    private readonly IForwardPass _forward;
    private readonly ITokenSampler _sampler;

    /// <summary>Creates the steps that the options describe, on one sequence of a context.</summary>
    public GenerationSteps(LlamaContext context, GenerationOptions options, int sequence)
    {
        Vocabulary vocabulary = context.Model.Vocabulary;
        _forward = context.Model.IsEncoderDecoder
            ? new EncoderDecoderPass(context, sequence)
            : new ContextForwardPass(context, sequence, options.ReuseCache);
        try
        {
            _sampler = CreateSampler(vocabulary, options);
        }
        catch
        {
            (_forward as IDisposable)?.Dispose();
            throw;
        }

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

    /// <summary>
    /// Creates the sampler that the options describe, custom or llama.cpp's chain, constrained by the grammar if there is one.
    /// </summary>
    public static ITokenSampler CreateSampler(Vocabulary vocabulary, GenerationOptions options)
    {
        if (options.Sampler is not { } create)
        {
            return SamplerChain.Create(vocabulary, options.Sampling);
        }

        // Create the grammar first: if it is invalid, there is no sampler to dispose.
        SamplingOptions sampling = options.Sampling;
        GrammarSampler? grammar = sampling.Grammar is { } gbnf ? GrammarSampler.Create(vocabulary, gbnf, sampling.GrammarRoot) : null;
        try
        {
            ITokenSampler sampler = create(vocabulary)
                ?? throw new InvalidOperationException("GenerationOptions.Sampler returned null. Return a new sampler.");
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
        (_forward as IDisposable)?.Dispose();
        (_sampler as IDisposable)?.Dispose();
    }
}
