using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace LlamaNative.Cli.Terminal;

/// <summary>Describes a mistake on the command line. The parser's own message about a value names the C# type of the option.</summary>
internal static class ParsingMistake
{
    public static string Describe(ParseError error)
    {
        if ((error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult) is not { } option)
        {
            return error.Message;
        }

        Type type = Nullable.GetUnderlyingType(option.Option.ValueType) ?? option.Option.ValueType;
        bool namesType = error.Message.Contains(type.FullName!, StringComparison.Ordinal);
        return namesType && option.Tokens is [.., { Value: var text }]
            ? $"{option.Option.Name} takes {Values(type, text)}, not '{text}'."
            : error.Message;
    }

    private static string Values(Type type, string text)
    {
        if (type.IsEnum)
        {
            return string.Join(" or ", Enum.GetNames(type));
        }

        if (type == typeof(float) || type == typeof(double))
        {
            return "a number such as 0.5";
        }

        bool isTooLarge = BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        return !isTooLarge ? "a whole number"
            : type == typeof(ulong) ? $"a whole number from 0 to {ulong.MaxValue}"
            : $"a whole number from {int.MinValue} to {int.MaxValue}";
    }
}
