using System.CommandLine.Parsing;
using System.Globalization;
using LlamaNative.Sampling;

namespace LlamaNative.Cli.Arguments;

/// <summary>Parses the sampling options that are not plain numbers (llama.cpp: common/arg.cpp, common/sampling.cpp).</summary>
internal static class SamplingParsers
{
    private static readonly (string Name, SamplerKind Kind)[] s_samplers =
    [
        ("penalties", SamplerKind.Penalties), ("dry", SamplerKind.Dry), ("top_n_sigma", SamplerKind.TopNSigma), ("top_k", SamplerKind.TopK),
        ("typ_p", SamplerKind.TypicalP), ("top_p", SamplerKind.TopP), ("min_p", SamplerKind.MinP), ("xtc", SamplerKind.Xtc),
        ("temperature", SamplerKind.Temperature), ("infill", SamplerKind.Infill), ("adaptive_p", SamplerKind.AdaptiveP),
    ];

    public static string NameOf(SamplerKind kind) => Array.Find(s_samplers, sampler => sampler.Kind == kind).Name;

    public static uint? Seed(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text == "-1")
        {
            return null;
        }

        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint seed))
        {
            result.AddError($"--seed takes -1 or a number from 0 to {uint.MaxValue}, not '{text}'.");
        }

        return seed;
    }

    public static Dictionary<int, float>? LogitBias(ArgumentResult result)
    {
        var biases = new Dictionary<int, float>();
        foreach (Token token in result.Tokens)
        {
            string text = token.Value;
            int sign = text.AsSpan().IndexOfAny('+', '-');
            if (sign < 0
                || !int.TryParse(text.AsSpan(0, sign), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                || !TryParseBias(text[(sign + 1)..], out float bias))
            {
                result.AddError($"--logit-bias takes a token id, a sign and a number (15043+1, 15043-inf), not '{text}'.");
                return null;
            }

            biases[id] = text[sign] == '-' ? -bias : bias;
        }

        return biases;
    }

    public static IReadOnlyList<SamplerKind>? Order(ArgumentResult result)
    {
        var order = new List<SamplerKind>();
        foreach (string name in result.Tokens[0].Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int index = Array.FindIndex(s_samplers, sampler => sampler.Name == name.Replace('-', '_'));
            if (index < 0)
            {
                result.AddError(
                    $"There is no sampler '{name}'; choose from {string.Join(", ", s_samplers.Select(sampler => sampler.Name))}.");
                return null;
            }

            order.Add(s_samplers[index].Kind);
        }

        // The library checks this too, but cannot use the names of the command line.
        int last = order.FindIndex(kind => kind is SamplerKind.Infill or SamplerKind.AdaptiveP);
        if (last >= 0 && last < order.Count - 1)
        {
            result.AddError($"--samplers has {NameOf(order[last])} before {NameOf(order[last + 1])}; it must be the last sampler.");
        }

        return order;
    }

    private static bool TryParseBias(string text, out float bias)
    {
        bias = float.PositiveInfinity;
        return text == "inf"
            || float.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out bias);
    }
}
