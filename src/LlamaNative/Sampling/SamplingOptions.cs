using System.Collections.ObjectModel;
using LlamaNative.Sampling;

namespace LlamaNative;

/// <summary>
/// How the next token is chosen. Names, defaults and order are those of llama.cpp's tools
/// (<c>common_params_sampling</c>), so the same values and seed give the same text there and here.
/// </summary>
public sealed record SamplingOptions
{
    private static readonly IReadOnlyList<SamplerKind> s_commonOrder =
    [
        SamplerKind.Penalties, SamplerKind.Dry, SamplerKind.TopNSigma, SamplerKind.TopK, SamplerKind.TypicalP,
        SamplerKind.TopP, SamplerKind.MinP, SamplerKind.Xtc, SamplerKind.Temperature,
    ];

    /// <summary>Always the most probable token.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>The seed of every random choice; null draws one.</summary>
    public uint? Seed { get; init; }

    /// <summary>Most samplers leave at least this many tokens; 0 is no bound.</summary>
    public int MinKeep { get; init; }

    /// <summary>Keeps the k most probable tokens; 0 or less keeps all.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Keeps the most probable tokens up to this total; 1 keeps all.</summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>Keeps tokens at least this probable relative to the best; 0 keeps all.</summary>
    public float MinP { get; init; } = 0.05f;

    /// <summary>The probability with which XTC acts; 0 disables it.</summary>
    public float XtcProbability { get; init; }

    /// <summary>XTC removes all but the least of the tokens above this probability; above 0.5 it does nothing.</summary>
    public float XtcThreshold { get; init; } = 0.1f;

    /// <summary>Keeps the most typical tokens up to this total; 1 keeps all.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Divides the logits: above 1 is more random, and 0 or less always takes the best.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Lets the temperature move by so much either way with the entropy; 0 keeps it fixed.</summary>
    public float DynamicTemperatureRange { get; init; }

    /// <summary>How the entropy maps to the dynamic temperature.</summary>
    public float DynamicTemperatureExponent { get; init; } = 1;

    /// <summary>How many of the last tokens are penalised; 0 disables the penalties.</summary>
    public int PenaltyLastN { get; init; } = 64;

    /// <summary>Divides the logits of tokens seen before; 1 disables it.</summary>
    public float RepeatPenalty { get; init; } = 1;

    /// <summary>Subtracted for each time a token was seen; 0 disables it.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted once for a token seen before; 0 disables it.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>DRY's strength; 0 disables it.</summary>
    public float DryMultiplier { get; init; }

    /// <summary>DRY's penalty is the multiplier times this to the power of the repetition's length.</summary>
    public float DryBase { get; init; } = 1.75f;

    /// <summary>Repetitions up to this length are free.</summary>
    public int DryAllowedLength { get; init; } = 2;

    /// <summary>How many of the last tokens DRY looks at; 0 disables it.</summary>
    public int DryPenaltyLastN { get; init; } = 64;

    /// <summary>Texts at which a repetition starts anew.</summary>
    public IReadOnlyList<string> DrySequenceBreakers { get; init; } = ["\n", ":", "\"", "*"];

    /// <summary>Keeps tokens within so many standard deviations of the best logit; 0 or less keeps all.</summary>
    public float TopNSigma { get; init; } = -1;

    /// <summary>The probability adaptive-p aims at; negative leaves it to the distribution.</summary>
    public float AdaptiveTarget { get; init; } = -1;

    /// <summary>Adaptive-p's memory: about 1/(1 - decay) tokens, at most 0.99.</summary>
    public float AdaptiveDecay { get; init; } = 0.9f;

    /// <summary>Mirostat, which replaces all other samplers but the temperature.</summary>
    public Mirostat Mirostat { get; init; }

    /// <summary>The surprise Mirostat aims at.</summary>
    public float MirostatTau { get; init; } = 5;

    /// <summary>Mirostat's learning rate.</summary>
    public float MirostatEta { get; init; } = 0.1f;

    /// <summary>Added to the logits of single tokens; negative infinity forbids one.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = ReadOnlyDictionary<int, float>.Empty;

    /// <summary>Forbids every token that ends a generation, so that only other limits end it.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>A grammar in llama.cpp's GBNF that the text must follow; null for none.</summary>
    public string? Grammar { get; init; }

    /// <summary>The rule the grammar starts with.</summary>
    public string GrammarRoot { get; init; } = "root";

    /// <summary>The samplers in the order they act.</summary>
    public IReadOnlyList<SamplerKind> Order { get; init => field = [.. OptionCheck.NotNull(value)]; } = s_commonOrder;

    /// <summary>Checks every option, also those of samplers that are not in use.</summary>
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

            // Infill may leave no candidate, which only the final draw accepts; adaptive-p already chooses.
            if (i < Order.Count - 1 && Order[i] is SamplerKind.Infill or SamplerKind.AdaptiveP)
            {
                throw OptionCheck.Invalid($"Order has {Order[i]} before {Order[i + 1]}; it must be the last sampler.", nameof(Order));
            }
        }
    }
}
