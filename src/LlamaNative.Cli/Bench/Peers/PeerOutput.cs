using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LlamaNative.Cli.Bench;

/// <summary>
/// Finds tokens per second in a command's output: llama-bench's JSON, JSON lines, CSV or Markdown, which name the test; else
/// numbers followed by <c>t/s</c>, <c>tok/s</c>, <c>tokens/s</c> or <c>tokens per second</c>; else lines that consist of a
/// number. The latter two name no test and apply to the only test that is run.
/// </summary>
internal static partial class PeerOutput
{
    public static IReadOnlyList<(string? Test, double TokensPerSecond)> Read(string output)
    {
        string text = output.Trim();
        string[] lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (IReadOnlyList<(string? Test, double TokensPerSecond)> found in (IEnumerable<IReadOnlyList<(string?, double)>>)
            [FromJson(text), [.. lines.SelectMany(FromJson)], FromCsv(lines), FromMarkdown(lines), [.. WithUnit(text)], [.. Plain(lines)]])
        {
            (string? Test, double TokensPerSecond)[] valid = [.. found.Where(
                entry => double.IsFinite(entry.TokensPerSecond) && entry.TokensPerSecond > 0)];
            if (valid.Length > 0)
            {
                return valid;
            }
        }

        return [];
    }

    private static List<(string?, double)> FromJson(string text)
    {
        var found = new List<(string?, double)>();
        if (!text.StartsWith('[') && !text.StartsWith('{'))
        {
            return found;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            IEnumerable<JsonElement> entries = document.RootElement.ValueKind == JsonValueKind.Array
                ? document.RootElement.EnumerateArray()
                : [document.RootElement];
            foreach (JsonElement entry in entries.Where(entry => entry.ValueKind == JsonValueKind.Object))
            {
                if (entry.TryGetProperty("avg_ts", out JsonElement speed) && speed.ValueKind == JsonValueKind.Number)
                {
                    found.Add((BenchTest.NameOf(Int(entry, "n_prompt"), Int(entry, "n_gen"), Int(entry, "n_depth")), speed.GetDouble()));
                }
            }
        }
        catch (JsonException)
        {
            found.Clear(); // not JSON after all
        }

        return found;

        static int Int(JsonElement entry, string name) =>
            entry.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out int number) ? number : 0;
    }

    private static List<(string?, double)> FromCsv(string[] lines)
    {
        int header = Array.FindIndex(lines, line => line.Contains("avg_ts", StringComparison.Ordinal) && line.Contains(','));
        if (header < 0)
        {
            return [];
        }

        string[] names = Cells(lines[header]);
        var found = new List<(string?, double)>();
        foreach (string[] cells in lines[(header + 1)..].Select(Cells).Where(cells => cells.Length == names.Length))
        {
            if (Number(Cell("avg_ts")) is { } speed)
            {
                found.Add((BenchTest.NameOf(Int("n_prompt"), Int("n_gen"), Int("n_depth")), speed));
            }

            string Cell(string name) => Array.IndexOf(names, name) is >= 0 and var column ? cells[column] : "";

            int Int(string name) => int.TryParse(Cell(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
        }

        return found;

        static string[] Cells(string line) => [.. CsvCell().Matches(line).Select(match => match.Value.Trim().Trim('"'))];
    }

    private static List<(string?, double)> FromMarkdown(string[] lines)
    {
        string[]? names = null;
        var found = new List<(string?, double)>();
        foreach (string[] cells in lines.Where(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)))
        {
            if (cells.Contains("test") && cells.Contains("t/s"))
            {
                names = cells;
            }
            else if (names is not null && cells.Length == names.Length
                && Number(cells[Array.IndexOf(names, "t/s")].Split('±')[0]) is { } speed)
            {
                found.Add((cells[Array.IndexOf(names, "test")], speed));
            }
        }

        return found;
    }

    private static IEnumerable<(string?, double)> WithUnit(string text) =>
        SpeedWithUnit().Matches(text).Select(match => ((string?)null, Number(match.Groups[1].Value) ?? 0));

    private static IEnumerable<(string?, double)> Plain(string[] lines) =>
        lines.Select(Number).OfType<double>().Select(speed => ((string?)null, speed));

    private static double? Number(string text) =>
        double.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out double value) ? value : null;

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?) *(?:t/s|tok/s|tokens/s|tokens/sec|tokens per second)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex SpeedWithUnit();

    [GeneratedRegex("""(?<=^|,)(?:"[^"]*"|[^,]*)""")]
    private static partial Regex CsvCell();
}
