using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LlamaNative.Interop;

/// <summary>
/// A line of llama.cpp's log, described by the printf format that writes it, for parsing its values. A leading "%s: " is the name of the
/// logging function, which is not one of the values.
/// </summary>
/// <param name="source">The source file with the format in the pinned release.</param>
/// <param name="format">The format in the source file, without the line break.</param>
/// <param name="function">The logging function; null for any.</param>
internal sealed class LogFormat(string source, string format, string? function = null)
{
    private const string FunctionName = "%s: ";
    private readonly Regex _pattern = new(PatternOf(format.TrimEnd(), function), RegexOptions.CultureInvariant | RegexOptions.Singleline);

    public string Source => source;

    public string Format => format;

    /// <summary>Parses the values of a line; returns false if the line has another format.</summary>
    public bool TryRead(string line, [NotNullWhen(true)] out LogValues? values)
    {
        Match match = _pattern.Match(line);
        values = match.Success ? new LogValues(match) : null;
        return match.Success;
    }

    public override string ToString() => $"\"{format.TrimEnd()}\" ({source})";

    private static string PatternOf(string format, string? function)
    {
        var pattern = new StringBuilder("^");
        if (format.StartsWith(FunctionName, StringComparison.Ordinal))
        {
            pattern.Append(function is null ? ".+" : Regex.Escape(function)).Append(": ");
            format = format[FunctionName.Length..];
        }

        int end = 0;
        foreach (Match conversion in Regex.Matches(format, "%[-.0-9]*z?[sdfu]"))
        {
            pattern.Append(Regex.Escape(format[end..conversion.Index])).Append(PatternOfValue(conversion.Value));
            end = conversion.Index + conversion.Length;
        }

        return pattern.Append(Regex.Escape(format[end..])).Append('$').ToString();
    }

    // printf pads to the width with spaces, on the right for a minus sign, otherwise on the left.
    private static string PatternOfValue(string conversion) =>
        conversion[^1] != 's' ? " *(-?[0-9.]+)"
        : conversion[1] == '-' ? "(.*[^ ]) *"
        : conversion == "%s" ? "(.+)" : " *(.+)";
}

/// <summary>The values of a line, in the order of its format's conversions.</summary>
internal sealed class LogValues(Match match)
{
    public string Text(int index) => match.Groups[index + 1].Value;

    public int Integer(int index) => int.Parse(match.Groups[index + 1].ValueSpan, CultureInfo.InvariantCulture);

    public double Number(int index) => double.Parse(match.Groups[index + 1].ValueSpan, CultureInfo.InvariantCulture);
}
