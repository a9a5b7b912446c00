using System.Globalization;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Repetitions of any length in terms of those llama.cpp accepts, which stay below 2000: longer ones repeat a block.
/// </summary>
internal static class Repetition
{
    private const int Direct = 1000;
    private const int Block = 500;

    /// <summary>A rule repeated; empty text where it is to stand no times.</summary>
    /// <param name="rules">Where block rules go.</param>
    /// <param name="rule">A rule's name: llama.cpp counts the rules inside a repeated group against its limit.</param>
    /// <param name="minimum">At least so often, at most <see cref="SchemaLimits.Length"/>.</param>
    /// <param name="maximum">At most so often; one above the limit is met by never going so far.</param>
    public static string Write(RuleTable rules, string rule, int minimum, int? maximum)
    {
        int? most = maximum > SchemaLimits.Length ? SchemaLimits.Length : maximum;
        if ((most ?? minimum) <= Direct)
        {
            return (minimum, most) switch
            {
                (_, 0) => "",
                (1, 1) => rule,
                (0, 1) => rule + "?",
                (0, null) => rule + "*",
                (1, null) => rule + "+",
                (_, null) => string.Create(CultureInfo.InvariantCulture, $"{rule}{{{minimum},}}"),
                _ when minimum == most => string.Create(CultureInfo.InvariantCulture, $"{rule}{{{minimum}}}"),
                _ => string.Create(CultureInfo.InvariantCulture, $"{rule}{{{minimum},{most}}}"),
            };
        }

        string block = rules.Rule(rule + "-block", string.Create(CultureInfo.InvariantCulture, $"{rule}{{{Block}}}"));
        string start =
            $"{Write(rules, block, minimum / Block, minimum / Block)} {Write(rules, rule, minimum % Block, minimum % Block)}".Trim();
        string end = most is null ? rule + "*" : UpTo(rules, rule, block, most.Value - minimum);
        return $"{start} {end}".Trim();
    }

    /// <summary>Whole blocks and then less than a block, or all the blocks there may be and then what is left of the maximum.</summary>
    private static string UpTo(RuleTable rules, string rule, string block, int maximum)
    {
        if (maximum <= Direct)
        {
            return Write(rules, rule, 0, maximum);
        }

        int blocks = maximum / Block;
        return $"({Write(rules, block, 0, blocks - 1)} {Write(rules, rule, 0, Block - 1)} | {Write(rules, block, blocks, blocks)} "
            + $"{Write(rules, rule, 0, maximum % Block)})";
    }
}
