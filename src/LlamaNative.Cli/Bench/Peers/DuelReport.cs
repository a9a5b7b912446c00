using System.Globalization;
using System.Text.Json;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Bench;

/// <summary>Prints a comparison; every speed appears together with that of its peer.</summary>
internal static class DuelReport
{
    public static void Write(Shell shell, IReadOnlyList<DuelResult> results, bool asJson)
    {
        if (asJson)
        {
            shell.WriteJson(json => WriteJson(json, results), indented: true);
        }
        else
        {
            WriteTable(shell, results);
        }
    }

    private static void WriteTable(Shell shell, IReadOnlyList<DuelResult> results)
    {
        shell.Write("| test            |  ours t/s | their t/s | ratio | quartiles     | rounds | command |\n");
        shell.Write("| --------------- | --------: | --------: | ----: | ------------- | -----: | ------- |\n");
        foreach (DuelResult result in results)
        {
            Spread ratio = Spread.Of(result.Ratios);
            shell.Write(string.Create(CultureInfo.InvariantCulture,
                $"| {result.Test,-15} | {Spread.Of(result.Ours).Median,9:F2} | {Spread.Of(result.Theirs).Median,9:F2} | "
                + $"{ratio.Median,5:F3} | {ratio.Lower:F3} – {ratio.Upper:F3} | {result.Ours.Count,6} | {result.Command} |\n"));
        }

        shell.Write(
            "\nMedians; a ratio above 1 is faster than the command. The ratio is the median of the rounds' ratios, its quartiles are "
            + "theirs.\n");
    }

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<DuelResult> results)
    {
        json.WriteStartArray();
        foreach (DuelResult result in results)
        {
            Spread ratio = Spread.Of(result.Ratios);
            json.WriteStartObject();
            json.WriteString("test", result.Test);
            json.WriteString("command", result.Command);
            WriteNumbers(json, "ours", result.Ours);
            WriteNumbers(json, "theirs", result.Theirs);
            json.WriteNumber("ratio", Math.Round(ratio.Median, 4));
            json.WriteNumber("lowerQuartile", Math.Round(ratio.Lower, 4));
            json.WriteNumber("upperQuartile", Math.Round(ratio.Upper, 4));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (double number in numbers)
        {
            json.WriteNumberValue(Math.Round(number, 3));
        }

        json.WriteEndArray();
    }
}
