namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Formats that are enforced, as regular expressions. By the specification other formats are annotations, so email and uri
/// allow any string, as in llama.cpp.
/// </summary>
internal static class StringFormats
{
    /// <summary>hh:mm:ss with an optional fraction (RFC 3339), without leap seconds.</summary>
    public const string Clock = @"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?";

    /// <summary>Z or a numeric offset (RFC 3339).</summary>
    public const string Offset = @"(Z|[+-]([01]\d|2[0-3]):[0-5]\d)";

    /// <summary>
    /// A valid calendar date of the years 0000 to 9999 (RFC 3339): months have their number of days, and February 29 exists only in
    /// leap years, of which year 0000 is one (its appendix C).
    /// </summary>
    public const string Date = @"(\d{4}-" + MonthDay + "|(0000|" + LeapYear + ")-02-29)";

    /// <summary>A date of the years 0001 to 9999, which .NET's types support.</summary>
    public const string ClrDate = "(" + ClrYear + "-" + MonthDay + "|" + LeapYear + "-02-29)";

    private const string MonthDay =
        @"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))";

    private const string ClrYear = @"(\d{3}[1-9]|\d\d[1-9]0|\d[1-9]00|[1-9]000)";

    /// <summary>Years that 4 divides, without those that 100 but not 400 divides, and without 0000.</summary>
    private const string LeapYear = "(" + FourthYear + @"00|\d\d" + FourthYear + ")";

    private const string FourthYear = "(0[48]|[2468][048]|[13579][26])";

    private const string Byte = @"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)";

    private const string Ipv4 = Byte + @"(\." + Byte + "){3}";

    private const string Hextet = "[0-9a-fA-F]{1,4}";

    // RFC 4291, section 2.2: eight groups, or fewer with one ::, the last two optionally as an IPv4 address.
    private const string Ipv6 =
        $"(({Hextet}:){{7}}({Hextet}|:)|({Hextet}:){{6}}(:{Hextet}|{Ipv4}|:)|({Hextet}:){{5}}((:{Hextet}){{1,2}}|:{Ipv4}|:)"
        + $"|({Hextet}:){{4}}((:{Hextet}){{1,3}}|(:{Hextet})?:{Ipv4}|:)|({Hextet}:){{3}}((:{Hextet}){{1,4}}|(:{Hextet}){{0,2}}:{Ipv4}|:)"
        + $"|({Hextet}:){{2}}((:{Hextet}){{1,5}}|(:{Hextet}){{0,3}}:{Ipv4}|:)|({Hextet}:)((:{Hextet}){{1,6}}|(:{Hextet}){{0,4}}:{Ipv4}|:)"
        + $"|:((:{Hextet}){{1,7}}|(:{Hextet}){{0,5}}:{Ipv4}|:))";

    private const string Uuid = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

    public static string? PatternOf(string format) => format switch
    {
        "date" => $"^{Date}$",
        "time" => $"^{Clock}{Offset}$",
        "date-time" => $"^{Date}T{Clock}{Offset}$",
        "uuid" or "uuid1" or "uuid2" or "uuid3" or "uuid4" or "uuid5" => $"^{Uuid}$",
        "ipv4" => $"^{Ipv4}$",
        "ipv6" => $"^{Ipv6}$",
        _ => null,
    };
}
