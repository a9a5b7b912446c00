using System.Collections.ObjectModel;
using LlamaNative.Sampling;

namespace LlamaNative;

/// <summary>
/// How the next token is chosen. Names, defaults and order match llama.cpp's tools (<c>common_params_sampling</c>), so the same
/// values and seed produce the same text.
/// </summary>
public sealed record SamplingOptions
{
    private static readonly IReadOnlyList<SamplerKind> s_commonOrder =
    [
        SamplerKind.Penalties, SamplerKind.Dry, SamplerKind.TopNSigma, SamplerKind.TopK, SamplerKind.TypicalP,
        SamplerKind.TopP, SamplerKind.MinP, SamplerKind.Xtc, SamplerKind.Temperature,
    ];

    /// <summary>Greedy decoding: always the most probable token.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>The seed of the random number generator; null chooses a random one.</summary>
    public uint? Seed { get; init; }

    /// <summary>Minimum number of tokens that the probability filters keep; 0 means no minimum.</summary>
    public int MinKeep { get; init; }

    /// <summary>Keeps the k most probable tokens; 0 or less keeps all.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>
    /// Top-p: keeps the smallest set of most probable tokens that reaches this total probability; 1 keeps all.
    /// </summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>
    /// Min-p: keeps tokens whose probability is at least this fraction of the most probable token's; 0 keeps all.
    /// </summary>
    public float MinP { get; init; } = 0.05f;

    /// <summary>The probability that XTC is applied to a token; 0 disables it.</summary>
    public float XtcProbability { get; init; }

    /// <summary>
    /// XTC removes all tokens above this probability except the least probable of them; above 0.5 it has no effect.
    /// </summary>
    public float XtcThreshold { get; init; } = 0.1f;

    /// <summary>Keeps the most typical tokens that reach this total probability; 1 keeps all.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Divides the logits: higher values are more random; 0 or less always chooses the most probable token.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Half-width of the range in which the temperature varies with entropy; 0 keeps it fixed.</summary>
    public float DynamicTemperatureRange { get; init; }

    /// <summary>Exponent of the mapping from normalized entropy to temperature.</summary>
    public float DynamicTemperatureExponent { get; init; } = 1;

    /// <summary>Number of recent tokens that penalties apply to; 0 disables the penalties.</summary>
    public int PenaltyLastN { get; init; } = 64;

    /// <summary>Divides positive logits of recent tokens and multiplies negative ones; 1 disables it.</summary>
    public float RepeatPenalty { get; init; } = 1;

    /// <summary>Subtracted from a token's logit per occurrence among recent tokens; 0 disables it.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted once from the logit of each recent token; 0 disables it.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>DRY penalty multiplier; 0 disables DRY.</summary>
    public float DryMultiplier { get; init; }

    /// <summary>
    /// DRY penalty base: the penalty is the multiplier times the base to the power of (repetition length - allowed length).
    /// </summary>
    public float DryBase { get; init; } = 1.75f;

    /// <summary>Repetitions of up to this many tokens are not penalized by DRY.</summary>
    public int DryAllowedLength { get; init; } = 2;

    /// <summary>Number of recent tokens that DRY examines; 0 disables DRY.</summary>
    public int DryPenaltyLastN { get; init; } = 64;

    /// <summary>Strings at which DRY stops matching a repetition.</summary>
    public IReadOnlyList<string> DrySequenceBreakers { get; init; } = ["\n", ":", "\"", "*"];

    /// <summary>
    /// Top-nσ: keeps tokens whose logit is within this many standard deviations of the largest; 0 or less keeps all.
    /// </summary>
    public float TopNSigma { get; init; } = -1;

    /// <summary>Target probability of adaptive-p; a negative value samples from the unmodified distribution.</summary>
    public float AdaptiveTarget { get; init; } = -1;

    /// <summary>Decay of adaptive-p, at most 0.99: its history spans about 1/(1 - decay) tokens.</summary>
    public float AdaptiveDecay { get; init; } = 0.9f;

    /// <summary>Mirostat version, which replaces all other samplers except the temperature.</summary>
    public Mirostat Mirostat { get; init; }

    /// <summary>Mirostat's target surprise (tau), in bits.</summary>
    public float MirostatTau { get; init; } = 5;

    /// <summary>Mirostat's learning rate (eta).</summary>
    public float MirostatEta { get; init; } = 0.1f;

    /// <summary>Added to the logits of individual tokens; negative infinity forbids a token.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = ReadOnlyDictionary<int, float>.Empty;

    /// <summary>Forbids the end-of-generation tokens, so that only other limits end the generation.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>A grammar in llama.cpp's GBNF that constrains the output; null for none.</summary>
    public string? Grammar { get; init; }

    /// <summary>The start rule of the grammar.</summary>
    public string GrammarRoot { get; init; } = "root";

    /// <summary>The samplers, in execution order.</summary>
    public IReadOnlyList<SamplerKind> Order { get; init => field = [.. OptionCheck.NotNull(value)]; } = s_commonOrder;

    /// <summary>Checks every option, including those of disabled samplers.</summary>
    internal void Validate()
    {
        OptionCheck.AtLeast(MinKeep, 0);
        SamplingRange.Probability(TopP);
        SamplingRange.Probability(MinP);
        SamplingRange.Probability(XtcProbability);
        SamplingRange.Probability(XtcThreshold);
        SamplingRange.Probability(TypicalP);
        OptionCheck.Finite(Temperature);
        OptionCheck.Finite(DynamicTemperatureRange);
        OptionCheck.Finite(DynamicTemperatureExponent);
        SamplingRange.History(PenaltyLastN);
        SamplingRange.Positive(RepeatPenalty);
        OptionCheck.Finite(FrequencyPenalty);
        OptionCheck.Finite(PresencePenalty);
        OptionCheck.Finite(DryMultiplier);
        OptionCheck.Finite(DryBase);
        SamplingRange.History(DryAllowedLength);
        SamplingRange.History(DryPenaltyLastN);
        SamplingRange.Breakers(DrySequenceBreakers);
        OptionCheck.Finite(TopNSigma);
        OptionCheck.Finite(AdaptiveTarget);
        SamplingRange.Probability(AdaptiveDecay);
        OptionCheck.Defined(Mirostat);
        OptionCheck.Finite(MirostatTau);
        OptionCheck.Finite(MirostatEta);
        OptionCheck.NotEmpty(OptionCheck.NotNull(GrammarRoot), nameof(GrammarRoot));
        for (int i = 0; i < Order.Count; i++)
        {
            OptionCheck.Defined(Order[i], nameof(Order));

            // Infill may leave no candidates, which only the final draw accepts; adaptive-p itself chooses the token.
            if (i < Order.Count - 1 && Order[i] is SamplerKind.Infill or SamplerKind.AdaptiveP)
            {
                throw OptionCheck.Invalid($"Order has {Order[i]} before {Order[i + 1]}; it must be the last sampler.", nameof(Order));
            }
        }
    }
}
