using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace LlamaNative.Cli.Arguments;

/// <summary>
/// Lists of numbers in llama-bench's syntax: <c>128,512</c>, <c>1-4</c>, <c>0-100+25</c>, <c>1-64*2</c>. The option may be
/// repeated.
/// </summary>
internal static class RangeList
{
    private const int MaxCount = 1000;

    public static Option<int[]> Option(string name, string alias, string description, int defaultValue) => new(name, alias)
    {
        Description = $"{description}; for several values, 1,2 or 1-8*2",
        HelpName = "N",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => Parse(result, name),
        DefaultValueFactory = _ => [defaultValue],
    };

    private static int[] Parse(ArgumentResult result, string name)
    {
        var numbers = new List<int>();
        foreach (string part in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (!TryAdd(numbers, part))
            {
                result.AddError($"{name} takes numbers and ranges (512, 1-4, 0-100+25, 1-64*2; at most {MaxCount}), not '{part}'.");
                return [];
            }
        }

        return [.. numbers];
    }

    /// <summary>first[-last[(+|*)step]]</summary>
    private static bool TryAdd(List<int> numbers, string part)
    {
        string[] bounds = part.Split('-', 2);
        string[] lastAndStep = bounds.Length == 2 ? bounds[1].Split(['+', '*'], 2) : [bounds[0]];
        int step = 1;
        if (!TryParse(bounds[0], out int first) || !TryParse(lastAndStep[0], out int last)
            || (lastAndStep.Length == 2 && !TryParse(lastAndStep[1], out step)))
        {
            return false;
        }

        bool multiply = part.Contains('*');
        for (long value = first; value <= last;)
        {
            numbers.Add((int)value);
            long next = multiply ? value * step : value + step;
            if (next <= value || numbers.Count > MaxCount)
            {
                return false;
            }

            value = next;
        }

        return true;
    }

    private static bool TryParse(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
