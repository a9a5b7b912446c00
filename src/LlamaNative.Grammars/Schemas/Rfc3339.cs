using System.Globalization;
using System.Text.RegularExpressions;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Dates and times that a schema lists under const or enum. RFC 3339 also allows what the grammars of the formats do not generate:
/// lower-case t and z, leap seconds and longer fractions.
/// </summary>
internal static partial class Rfc3339
{
    private const int MinutesOfDay = 24 * 60;

    /// <summary>Whether a text has the format whose grammar has the given pattern; null if that is not a format with a time.</summary>
    public static bool? Matches(string pattern, string text) =>
        pattern == StringFormats.PatternOf("time") ? IsTime(text)
        : pattern == StringFormats.PatternOf("date-time") ? text.Length > 11 && IsDate().IsMatch(text[..11]) && IsTime(text[11..])
        : null;

    private static bool IsTime(string text)
    {
        Match time = Time().Match(text);
        if (!time.Success || time.Length != text.Length) // $ also matches before a line break at the end
        {
            return false;
        }

        // A leap second is the last of a day in UTC.
        int minute = (Number("hour") * 60) + Number("minute");
        int offset = ((Number("offsetHour") * 60) + Number("offsetMinute")) * (time.Groups["sign"].Value == "-" ? -1 : 1);
        return Number("second") < 60 || (minute - offset + MinutesOfDay) % MinutesOfDay == MinutesOfDay - 1;

        int Number(string group) =>
            time.Groups[group] is { Success: true, Value: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex("^" + StringFormats.Date + "[Tt]$", RegexOptions.ECMAScript)]
    private static partial Regex IsDate();

    [GeneratedRegex(@"^(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d|60)(\.\d+)?"
        + @"([Zz]|(?<sign>[+-])(?<offsetHour>[01]\d|2[0-3]):(?<offsetMinute>[0-5]\d))$", RegexOptions.ECMAScript)]
    private static partial Regex Time();
}
