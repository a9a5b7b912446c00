using System.CommandLine;
using System.Globalization;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options that take pairs of numbers in llama-bench's syntax: <c>512,128</c>. Repeatable.</summary>
internal static class PairList
{
    public static Option<string[]> Option(string name, string alias, string description)
    {
        var option = new Option<string[]>(name, alias) { Description = description, HelpName = "PP,TG" };
        option.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                if (!TryParse(text, out _))
                {
                    result.AddError($"{name} takes two numbers such as 512,128, not '{text}'.");
                }
            }
        });
        return option;
    }

    public static (int First, int Second) Parse(string text) =>
        TryParse(text, out (int, int) pair) ? pair : throw new ArgumentException($"'{text}' is not a pair of numbers.");

    private static bool TryParse(string text, out (int First, int Second) pair)
    {
        string[] parts = text.Split(',');
        bool valid = parts.Length == 2 & int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            & int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int second);
        pair = (first, second);
        return valid;
    }
}
