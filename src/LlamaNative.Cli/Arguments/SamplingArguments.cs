using System.CommandLine;
using LlamaNative.Sampling;

namespace LlamaNative.Cli.Arguments;

/// <summary>Sampling options, with the names and defaults of llama.cpp's tools.</summary>
internal sealed class SamplingArguments
{
    private static readonly SamplingOptions s_defaults = new();

    private readonly Option<uint?> _seed = new("--seed", "-s")
    {
        Description = "Random seed; -1 picks a random one [default: -1]",
        HelpName = "N",
        CustomParser = SamplingParsers.Seed,
    };
    private readonly Option<float> _temperature = Number("--temp", s_defaults.Temperature,
        "Divides the logits; 0 always picks the most probable token", "--temperature");
    private readonly Option<int> _topK = Count("--top-k", s_defaults.TopK, "Keep the k most probable tokens; 0 keeps all");
    private readonly Option<float> _topP = Number("--top-p", s_defaults.TopP,
        "Keep the most probable tokens up to this total probability; 1 keeps all");
    private readonly Option<float> _minP = Number("--min-p", s_defaults.MinP,
        "Keep tokens with at least this fraction of the best token's probability; 0 keeps all");
    private readonly Option<float> _topNSigma = Number("--top-nsigma", s_defaults.TopNSigma,
        "Keep tokens whose logit is within n standard deviations of the best; -1 keeps all", "--top-n-sigma");
    private readonly Option<float> _xtcProbability = Number("--xtc-probability", s_defaults.XtcProbability,
        "Probability that XTC is applied; 0 disables it");
    private readonly Option<float> _xtcThreshold = Number("--xtc-threshold", s_defaults.XtcThreshold,
        "XTC removes all tokens above this probability except the least probable one");
    private readonly Option<float> _typicalP = Number("--typical", s_defaults.TypicalP,
        "Keep the most typical tokens up to this total probability; 1 keeps all", "--typical-p");
    private readonly Option<int> _repeatLastN = Count("--repeat-last-n", s_defaults.PenaltyLastN,
        "Number of recent tokens that penalties consider; 0 disables them");
    private readonly Option<float> _repeatPenalty = Number("--repeat-penalty", s_defaults.RepeatPenalty,
        "Divides the logits of repeated tokens; 1 disables it");
    private readonly Option<float> _frequencyPenalty = Number("--frequency-penalty", s_defaults.FrequencyPenalty,
        "Subtracted from a token's logit for each occurrence");
    private readonly Option<float> _presencePenalty = Number("--presence-penalty", s_defaults.PresencePenalty,
        "Subtracted once from the logit of a repeated token");
    private readonly Option<float> _dryMultiplier = Number("--dry-multiplier", s_defaults.DryMultiplier, "DRY multiplier; 0 disables DRY");
    private readonly Option<float> _dryBase = Number("--dry-base", s_defaults.DryBase, "DRY base");
    private readonly Option<int> _dryAllowedLength = Count("--dry-allowed-length", s_defaults.DryAllowedLength,
        "Longest repetition that DRY does not penalize");
    private readonly Option<int> _dryPenaltyLastN = Count("--dry-penalty-last-n", s_defaults.DryPenaltyLastN,
        "Number of recent tokens that DRY considers; 0 disables it");
    private readonly Option<string[]?> _dryBreakers = new("--dry-sequence-breaker")
    {
        Description = "A text that breaks a repetition for DRY, replacing the defaults; repeatable; 'none' for no breakers",
        HelpName = "TEXT",
    };
    private readonly Option<float> _adaptiveTarget = Number("--adaptive-target", s_defaults.AdaptiveTarget,
        "Target probability of adaptive-p; negative disables it");
    private readonly Option<float> _adaptiveDecay = Number("--adaptive-decay", s_defaults.AdaptiveDecay,
        "Decay of adaptive-p's average, over about 1/(1 - decay) tokens");
    private readonly Option<float> _dynatempRange = Number("--dynatemp-range", s_defaults.DynamicTemperatureRange,
        "Range of the dynamic temperature; 0 keeps it fixed");
    private readonly Option<float> _dynatempExponent = Number("--dynatemp-exp", s_defaults.DynamicTemperatureExponent,
        "Exponent that maps entropy to the dynamic temperature");
    private readonly Option<int> _mirostat = Count("--mirostat", 0, "Use Mirostat 1 or 2 instead of other samplers; 0 disables it");
    private readonly Option<float> _mirostatEta = Number("--mirostat-lr", s_defaults.MirostatEta, "Mirostat learning rate (eta)");
    private readonly Option<float> _mirostatTau = Number("--mirostat-ent", s_defaults.MirostatTau, "Mirostat target entropy (tau)");
    private readonly Option<Dictionary<int, float>?> _logitBias = new("--logit-bias", "-l")
    {
        Description = "Add to a token's logit: 15043+1, 15043-1, 15043-inf; repeatable",
        HelpName = "TOKEN(+/-)BIAS",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = SamplingParsers.LogitBias,
    };

    private readonly Option<bool> _ignoreEos = new("--ignore-eos") { Description = "Never generate an end-of-generation token" };
    private readonly GrammarArguments _grammar;
    private readonly Option<IReadOnlyList<SamplerKind>?> _samplers = new("--samplers")
    {
        Description = $"The samplers, in order [default: {string.Join(';', s_defaults.Order.Select(SamplingParsers.NameOf))}]",
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
        Mirostat = ReadMirostat(parse),
        MirostatEta = parse.GetValue(_mirostatEta),
        MirostatTau = parse.GetValue(_mirostatTau),
        LogitBias = parse.GetValue(_logitBias) ?? s_defaults.LogitBias,
        IgnoreEndOfGeneration = parse.GetValue(_ignoreEos),
        Grammar = _grammar.Read(parse),
        Order = parse.GetValue(_samplers) ?? s_defaults.Order,
    };

    private Mirostat ReadMirostat(ParseResult parse)
    {
        int version = parse.GetValue(_mirostat);
        NumberRange.Check(version, "--mirostat", 0, 2);
        return (Mirostat)version;
    }

    private static IReadOnlyList<string> Breakers(string[]? given) => given is not { Length: > 0 }
        ? s_defaults.DrySequenceBreakers
        : [.. given.Skip(Array.LastIndexOf(given, "none") + 1)];

    private static Option<float> Number(string name, float value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private static Option<int> Count(string name, int value, string description) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };
}
