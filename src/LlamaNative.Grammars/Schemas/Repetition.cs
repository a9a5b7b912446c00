using System.Globalization;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Repetitions of any length, built from those that llama.cpp accepts (below 2000): longer ones repeat a block.
/// </summary>
internal static class Repetition
{
    private const int Direct = 1000;
    private const int Block = 500;

    /// <summary>Repeats a rule; empty text for zero repetitions.</summary>
    /// <param name="rules">The table that block rules are added to.</param>
    /// <param name="rule">The name of a rule: llama.cpp counts the rules inside a repeated group against its limit.</param>
    /// <param name="minimum">Minimum count, at most <see cref="SchemaLimits.Length"/>.</param>
    /// <param name="maximum">Maximum count; values above the limit are capped.</param>
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

    /// <summary>Whole blocks followed by a partial block, or the maximum number of blocks followed by the remainder.</summary>
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
