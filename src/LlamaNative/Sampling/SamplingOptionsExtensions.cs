using System.Diagnostics;
using LlamaNative.Models;

namespace LlamaNative.Sampling;

/// <summary>
/// Builds the chain that options describe. Mirrors llama.cpp's <c>common_sampler_init</c> (common/sampling.cpp).
/// </summary>
internal static class SamplingOptionsExtensions
{
    public static SamplerChainBuilder AddOptions(this SamplerChainBuilder builder, SamplingOptions options)
    {
        options.Validate();
        if (options.Grammar is { } grammar)
        {
            builder.Grammar(grammar, options.GrammarRoot);
        }

        builder.AddBiases(options);
        if (options.Mirostat != Mirostat.Disabled)
        {
            return builder.AddMirostat(options);
        }

        bool adaptive = options.Order is [.., SamplerKind.AdaptiveP];
        bool greedy = options.Temperature <= 0 && options.DynamicTemperatureRange <= 0 && !adaptive;
        foreach (SamplerKind kind in options.Order)
        {
            if (!(greedy && NeverRemovesTheBest(kind)))
            {
                builder.AddKind(kind, options);
            }
        }

        if (adaptive)
        {
            return builder;
        }

        return greedy ? builder.Greedy() : builder.Distribution(options.Seed);
    }

    private static void AddBiases(this SamplerChainBuilder builder, SamplingOptions options)
    {
        Vocabulary vocabulary = builder.Vocabulary;
        int[] suppressed = vocabulary.GetSuppressedTokens();
        if (options.LogitBias.Count == 0 && !options.IgnoreEndOfGeneration && suppressed.Length == 0)
        {
            return;
        }

        var biases = new Dictionary<int, float>(options.LogitBias);
        foreach ((int token, float bias) in biases)
        {
            SamplingRange.Bias(token, bias, vocabulary.Count, nameof(options.LogitBias));
        }

        foreach (int token in suppressed)
        {
            biases[token] = float.NegativeInfinity;
        }

        for (int token = 0; options.IgnoreEndOfGeneration && token < vocabulary.Count; token++)
        {
            if (vocabulary.IsEndOfGeneration(token))
            {
                biases[token] = float.NegativeInfinity;
            }
        }

        builder.LogitBias(biases);
    }

    private static SamplerChainBuilder AddMirostat(this SamplerChainBuilder builder, SamplingOptions options)
    {
        builder.Temperature(SamplingRange.Temperature(options.Temperature));
        return options.Mirostat == Mirostat.V1
            ? builder.MirostatV1(options.MirostatTau, options.MirostatEta, options.Seed)
            : builder.MirostatV2(options.MirostatTau, options.MirostatEta, options.Seed);
    }

    private static void AddKind(this SamplerChainBuilder builder, SamplerKind kind, SamplingOptions o) => _ = kind switch
    {
        SamplerKind.Penalties => builder.Penalties(o.PenaltyLastN, o.RepeatPenalty, o.FrequencyPenalty, o.PresencePenalty),
        SamplerKind.Dry => builder.Dry(o.DryMultiplier, o.DryBase, o.DryAllowedLength, o.DryPenaltyLastN, o.DrySequenceBreakers),
        SamplerKind.TopNSigma => builder.TopNSigma(o.TopNSigma),
        SamplerKind.TopK => builder.TopK(o.TopK),
        SamplerKind.TypicalP => builder.TypicalP(o.TypicalP, o.MinKeep),
        SamplerKind.TopP => builder.TopP(o.TopP, o.MinKeep),
        SamplerKind.MinP => builder.MinP(o.MinP, o.MinKeep),
        SamplerKind.Xtc => builder.Xtc(o.XtcProbability, o.XtcThreshold, o.MinKeep, o.Seed),
        SamplerKind.Temperature => builder.DynamicTemperature(
            SamplingRange.Temperature(o.Temperature), o.DynamicTemperatureRange, o.DynamicTemperatureExponent),
        SamplerKind.Infill => builder.Infill(),
        SamplerKind.AdaptiveP => builder.AdaptiveP(o.AdaptiveTarget, o.AdaptiveDecay, o.Seed),
        _ => throw new UnreachableException(),
    };

    /// <summary>At temperature 0 the most probable token is chosen, so filters that always keep it are omitted.</summary>
    private static bool NeverRemovesTheBest(SamplerKind kind) => kind is
        SamplerKind.TopK or SamplerKind.TopP or SamplerKind.MinP or SamplerKind.TopNSigma or SamplerKind.Temperature;
}
