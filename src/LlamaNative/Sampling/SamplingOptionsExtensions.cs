using LlamaNative.Models;

namespace LlamaNative.Sampling;

/// <summary>Arranges samplers as options say, after llama.cpp's <c>common_sampler_init</c> (common/sampling.cpp).</summary>
internal static class SamplingOptionsExtensions
{
    public static SamplerChainBuilder AddOptions(this SamplerChainBuilder builder, SamplingOptions options)
    {
        if (options.Grammar is { } grammar)
        {
            builder.Grammar(grammar, options.GrammarRoot);
        }

        builder.AddBiases(options);
        if (options.Mirostat != Mirostat.Disabled)
        {
            return builder.AddMirostat(options);
        }

        CheckOrder(options.Order);
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
        float tau = SamplingRange.Finite(options.MirostatTau);
        float eta = SamplingRange.Finite(options.MirostatEta);
        return options.Mirostat switch
        {
            Mirostat.V1 => builder.MirostatV1(tau, eta, options.Seed),
            Mirostat.V2 => builder.MirostatV2(tau, eta, options.Seed),
            _ => throw new ArgumentException($"SamplingOptions.Mirostat is {options.Mirostat}; it is Disabled, V1 or V2."),
        };
    }

    /// <summary>Values are checked here too, so that an error names the option and not the builder's parameter.</summary>
    private static void AddKind(this SamplerChainBuilder builder, SamplerKind kind, SamplingOptions o)
    {
        _ = SamplingRange.Keep(o.MinKeep);
        _ = kind switch
        {
            SamplerKind.Penalties => builder.Penalties(
                SamplingRange.History(o.PenaltyLastN), SamplingRange.Positive(o.RepeatPenalty), SamplingRange.Finite(o.FrequencyPenalty), SamplingRange.Finite(o.PresencePenalty)),
            SamplerKind.Dry => builder.Dry(
                SamplingRange.Finite(o.DryMultiplier), SamplingRange.Finite(o.DryBase), SamplingRange.History(o.DryAllowedLength), SamplingRange.History(o.DryPenaltyLastN), o.DrySequenceBreakers),
            SamplerKind.TopNSigma => builder.TopNSigma(SamplingRange.Finite(o.TopNSigma)),
            SamplerKind.TopK => builder.TopK(o.TopK),
            SamplerKind.TypicalP => builder.TypicalP(SamplingRange.Probability(o.TypicalP), o.MinKeep),
            SamplerKind.TopP => builder.TopP(SamplingRange.Probability(o.TopP), o.MinKeep),
            SamplerKind.MinP => builder.MinP(SamplingRange.Probability(o.MinP), o.MinKeep),
            SamplerKind.Xtc => builder.Xtc(SamplingRange.Probability(o.XtcProbability), SamplingRange.Probability(o.XtcThreshold), o.MinKeep, o.Seed),
            SamplerKind.Temperature => builder.DynamicTemperature(
                SamplingRange.Temperature(o.Temperature), SamplingRange.Finite(o.DynamicTemperatureRange), SamplingRange.Finite(o.DynamicTemperatureExponent)),
            SamplerKind.Infill => builder.Infill(),
            SamplerKind.AdaptiveP => builder.AdaptiveP(SamplingRange.Finite(o.AdaptiveTarget), SamplingRange.Probability(o.AdaptiveDecay), o.Seed),
            _ => throw new ArgumentException($"SamplingOptions.Order names {kind}, which is no sampler."),
        };
    }

    /// <summary>At temperature 0 the result is the best token, so filters that always keep it are left out.</summary>
    private static bool NeverRemovesTheBest(SamplerKind kind) => kind is
        SamplerKind.TopK or SamplerKind.TopP or SamplerKind.MinP or SamplerKind.TopNSigma or SamplerKind.Temperature;

    private static void CheckOrder(IReadOnlyList<SamplerKind> order)
    {
        for (int i = 0; i < order.Count - 1; i++)
        {
            // Infill may leave no candidate, which only the final draw accepts; adaptive-p already chooses.
            if (order[i] is SamplerKind.Infill or SamplerKind.AdaptiveP)
            {
                throw new ArgumentException($"SamplingOptions.Order: {order[i]} must be the last sampler.");
            }
        }
    }
}
