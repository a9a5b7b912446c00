using System.CommandLine;
using LlamaNative.Sampling;

namespace LlamaNative.Cli.Arguments;

/// <summary>How tokens are chosen: the sampling options of llama.cpp's tools, under their names and with their defaults.</summary>
internal sealed class SamplingArguments
{
    private static readonly SamplingOptions s_defaults = new();

    private readonly Option<uint?> _seed = new("--seed", "-s")
    {
        Description = "The seed of every random choice; -1 draws one [default: -1]",
        HelpName = "N",
        CustomParser = SamplingParsers.Seed,
    };
    private readonly Option<float> _temperature = Number("--temp", s_defaults.Temperature,
        "Divides the logits; 0 always takes the best token", "--temperature");
    private readonly Option<int> _topK = Count("--top-k", s_defaults.TopK, "Keep the k most probable tokens; 0 keeps all");
    private readonly Option<float> _topP = Number("--top-p", s_defaults.TopP,
        "Keep the most probable tokens up to this total; 1 keeps all");
    private readonly Option<float> _minP = Number("--min-p", s_defaults.MinP,
        "Keep tokens this probable relative to the best; 0 keeps all");
    private readonly Option<float> _topNSigma = Number("--top-nsigma", s_defaults.TopNSigma,
        "Keep tokens within n standard deviations of the best; -1 keeps all", "--top-n-sigma");
    private readonly Option<float> _xtcProbability = Number("--xtc-probability", s_defaults.XtcProbability,
        "How often XTC acts; 0 is never");
    private readonly Option<float> _xtcThreshold = Number("--xtc-threshold", s_defaults.XtcThreshold,
        "XTC removes all but the least token above this probability");
    private readonly Option<float> _typicalP = Number("--typical", s_defaults.TypicalP,
        "Keep the most typical tokens up to this total; 1 keeps all", "--typical-p");
    private readonly Option<int> _repeatLastN = Count("--repeat-last-n", s_defaults.PenaltyLastN,
        "How many tokens back the penalties look; 0 disables them");
    private readonly Option<float> _repeatPenalty = Number("--repeat-penalty", s_defaults.RepeatPenalty,
        "Divides the logits of tokens seen before; 1 disables it");
    private readonly Option<float> _frequencyPenalty = Number("--frequency-penalty", s_defaults.FrequencyPenalty,
        "Subtracted for each time a token was seen");
    private readonly Option<float> _presencePenalty = Number("--presence-penalty", s_defaults.PresencePenalty,
        "Subtracted once for a token seen before");
    private readonly Option<float> _dryMultiplier = Number("--dry-multiplier", s_defaults.DryMultiplier, "DRY's strength; 0 disables it");
    private readonly Option<float> _dryBase = Number("--dry-base", s_defaults.DryBase, "DRY's base");
    private readonly Option<int> _dryAllowedLength = Count("--dry-allowed-length", s_defaults.DryAllowedLength,
        "Repetitions up to this length are free");
    private readonly Option<int> _dryPenaltyLastN = Count("--dry-penalty-last-n", s_defaults.DryPenaltyLastN,
        "How many tokens back DRY looks; 0 disables it");
    private readonly Option<string[]?> _dryBreakers = new("--dry-sequence-breaker")
    {
        Description = "A text at which repetitions start anew, in place of the default ones; repeatable; 'none' for none",
        HelpName = "TEXT",
    };
    private readonly Option<float> _adaptiveTarget = Number("--adaptive-target", s_defaults.AdaptiveTarget,
        "The probability adaptive-p aims at; negative disables it");
    private readonly Option<float> _adaptiveDecay = Number("--adaptive-decay", s_defaults.AdaptiveDecay,
        "Adaptive-p's memory: about 1/(1 - decay) tokens");
    private readonly Option<float> _dynatempRange = Number("--dynatemp-range", s_defaults.DynamicTemperatureRange,
        "How far the temperature moves with the entropy; 0 keeps it fixed");
    private readonly Option<float> _dynatempExponent = Number("--dynatemp-exp", s_defaults.DynamicTemperatureExponent,
        "How the entropy maps to the dynamic temperature");
    private readonly Option<int> _mirostat = Count("--mirostat", 0, "Mirostat 1 or 2 in place of other samplers; 0 for neither");
    private readonly Option<float> _mirostatEta = Number("--mirostat-lr", s_defaults.MirostatEta, "Mirostat's learning rate");
    private readonly Option<float> _mirostatTau = Number("--mirostat-ent", s_defaults.MirostatTau, "The surprise Mirostat aims at");
    private readonly Option<Dictionary<int, float>?> _logitBias = new("--logit-bias", "-l")
    {
        Description = "Adds to a token's logit: 15043+1, 15043-1, 15043-inf; repeatable",
        HelpName = "TOKEN(+/-)BIAS",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = SamplingParsers.LogitBias,
    };

    private readonly Option<bool> _ignoreEos = new("--ignore-eos") { Description = "Forbid the tokens that end a generation" };
    private readonly GrammarArguments _grammar;
    private readonly Option<IReadOnlyList<SamplerKind>?> _samplers = new("--samplers")
    {
        Description = $"The samplers in the order they act [default: {string.Join(';', s_defaults.Order.Select(SamplingParsers.NameOf))}]",
        HelpName = "A;B;C",
        CustomParser = SamplingParsers.Order,
    };

    public SamplingArguments(Command command)
    {
        command.AddAll(
        [
            _seed, _temperature, _topK, _topP, _minP, _topNSigma, _xtcProbability, _xtcThreshold, _typicalP,
            _repeatLastN, _repeatPenalty, _frequencyPenalty, _presencePenalty,
            _dryMultiplier, _dryBase, _dryAllowedLength, _dryPenaltyLastN, _dryBreakers, _adaptiveTarget, _adaptiveDecay,
            _dynatempRange, _dynatempExponent, _mirostat, _mirostatEta, _mirostatTau, _logitBias, _ignoreEos, _samplers,
        ]);
        _grammar = new GrammarArguments(command);
    }

    public SamplingOptions Read(ParseResult parse) => new()
    {
        Seed = parse.GetValue(_seed),
        Temperature = parse.GetValue(_temperature),
        TopK = parse.GetValue(_topK),
        TopP = parse.GetValue(_topP),
        MinP = parse.GetValue(_minP),
        TopNSigma = parse.GetValue(_topNSigma),
        XtcProbability = parse.GetValue(_xtcProbability),
        XtcThreshold = parse.GetValue(_xtcThreshold),
        TypicalP = parse.GetValue(_typicalP),
        PenaltyLastN = parse.GetValue(_repeatLastN),
        RepeatPenalty = parse.GetValue(_repeatPenalty),
        FrequencyPenalty = parse.GetValue(_frequencyPenalty),
        PresencePenalty = parse.GetValue(_presencePenalty),
        DryMultiplier = parse.GetValue(_dryMultiplier),
        DryBase = parse.GetValue(_dryBase),
        DryAllowedLength = parse.GetValue(_dryAllowedLength),
        DryPenaltyLastN = parse.GetValue(_dryPenaltyLastN),
        DrySequenceBreakers = Breakers(parse.GetValue(_dryBreakers)),
        AdaptiveTarget = parse.GetValue(_adaptiveTarget),
        AdaptiveDecay = parse.GetValue(_adaptiveDecay),
        DynamicTemperatureRange = parse.GetValue(_dynatempRange),
        DynamicTemperatureExponent = parse.GetValue(_dynatempExponent),
        Mirostat = (Mirostat)parse.GetValue(_mirostat),
        MirostatEta = parse.GetValue(_mirostatEta),
        MirostatTau = parse.GetValue(_mirostatTau),
        LogitBias = parse.GetValue(_logitBias) ?? s_defaults.LogitBias,
        IgnoreEndOfGeneration = parse.GetValue(_ignoreEos),
        Grammar = _grammar.Read(parse),
        Order = parse.GetValue(_samplers) ?? s_defaults.Order,
    };

    private static IReadOnlyList<string> Breakers(string[]? given) => given is not { Length: > 0 }
        ? s_defaults.DrySequenceBreakers
        : [.. given.Skip(Array.LastIndexOf(given, "none") + 1)];

    private static Option<float> Number(string name, float value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private static Option<int> Count(string name, int value, string description) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };
}
