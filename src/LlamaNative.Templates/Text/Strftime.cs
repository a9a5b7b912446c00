using System.Globalization;

namespace LlamaNative.Templates;

/// <summary>C's strftime in the C locale, for <c>strftime_now</c>.</summary>
internal static class Strftime
{
    public static string Format(RenderBudget budget, DateTimeOffset now, string format)
    {
        OutputBuffer output = new(budget);
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                output.Append(format[i]);
                continue;
            }

            // glibc flags: "-" removes leading zeros, "_" replaces them with spaces, "0" keeps them, "^" converts to upper
            // case.
            char flag = "-_0^".Contains(format[i + 1], StringComparison.Ordinal) && i + 2 < format.Length ? format[++i] : '\0';
            string? text = Directive(budget, now, format[++i]);
            output.Append(text is null ? $"%{(flag == '\0' ? "" : flag.ToString())}{format[i]}" : Flagged(text, flag));
        }

        return output.ToString();
    }

    private static string? Directive(RenderBudget budget, DateTimeOffset now, char directive)
    {
        int twelveHour = now.Hour % 12 == 0 ? 12 : now.Hour % 12;
        int mondayBased = ((int)now.DayOfWeek + 6) % 7;
        return directive switch
        {
            'Y' => now.Year.ToString(CultureInfo.InvariantCulture),
            'y' => Two(now.Year % 100),
            'C' => Two(now.Year / 100),
            'm' => Two(now.Month),
            'd' => Two(now.Day),
            'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'H' => Two(now.Hour),
            'k' => now.Hour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'I' => Two(twelveHour),
            'l' => twelveHour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'M' => Two(now.Minute),
            'S' => Two(now.Second),
            'f' => (now.Ticks % TimeSpan.TicksPerSecond / 10).ToString("000000", CultureInfo.InvariantCulture),
            'p' => now.Hour < 12 ? "AM" : "PM",
            'P' => now.Hour < 12 ? "am" : "pm",
            'A' => now.ToString("dddd", CultureInfo.InvariantCulture),
            'a' => now.ToString("ddd", CultureInfo.InvariantCulture),
            'B' => now.ToString("MMMM", CultureInfo.InvariantCulture),
            'b' or 'h' => now.ToString("MMM", CultureInfo.InvariantCulture),
            'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'u' => (mondayBased + 1).ToString(CultureInfo.InvariantCulture),
            'U' => Two((now.DayOfYear + 6 - (int)now.DayOfWeek) / 7),
            'W' => Two((now.DayOfYear + 6 - mondayBased) / 7),
            'V' => Two(ISOWeek.GetWeekOfYear(now.DateTime)),
            'G' => ISOWeek.GetYear(now.DateTime).ToString(CultureInfo.InvariantCulture),
            's' => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'c' => Format(budget, now, "%a %b %e %H:%M:%S %Y"),
            'x' or 'D' => Format(budget, now, "%m/%d/%y"),
            'X' or 'T' => Format(budget, now, "%H:%M:%S"),
            'R' => Format(budget, now, "%H:%M"),
            'r' => Format(budget, now, "%I:%M:%S %p"),
            'F' => Format(budget, now, "%Y-%m-%d"),

            // Python's datetime.now() has no time zone, so these directives are empty.
            'z' or 'Z' => "",
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            _ => null,
        };
    }

    private static string Flagged(string text, char flag) => flag switch
    {
        '-' => text.TrimStart('0', ' ') is { Length: > 0 } trimmed ? trimmed : "0",
        '_' => (text.TrimStart('0') is { Length: > 0 } digits ? digits : "0").PadLeft(text.Length),
        '0' => text.Replace(' ', '0'),
        '^' => text.ToUpperInvariant(),
        _ => text,
    };

    private static string Two(int number) => number.ToString("00", CultureInfo.InvariantCulture);
}
