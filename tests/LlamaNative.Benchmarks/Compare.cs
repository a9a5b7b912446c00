using System.Diagnostics;
using System.Globalization;
using LlamaNative.Cli.Bench;

namespace LlamaNative.Benchmarks;

/// <summary>
/// Runs LlamaNative.Loop and the loop in C alternately, each in a separate process, and prints ratios and their limits. With
/// <c>--llama-bench</c>, the tool's interleaved comparison follows.
/// </summary>
internal sealed class Compare
{
    private const string Usage =
        "usage: compare --model M --ours \"PROGRAM\" --against \"LOOP LIBRARIES\" [--bars aot|r2r] [--tokens N] [--threads N] [--rounds N]"
        + " [--pool 0|1] [--llama-bench PATH]";

    /// <summary>The limits by publish mode: the first token's ratio, and the difference in memory in MiB.</summary>
    private static readonly Dictionary<string, (double FirstToken, double Memory)> s_bars = new()
    {
        ["aot"] = (1.03, 8),
        ["r2r"] = (1.15, 32),
    };

    /// <summary>A compared quantity: its name in the programs' output, how it is judged, and its limit.</summary>
    private sealed record Metric(string Key, string Name, Func<double, double, double> Judge, string Bar, Func<double, bool> Meets);

    private static Metric[] MetricsFor((double FirstToken, double Memory) bar) =>
    [
        new("first_token_ms", "load to first token, ms", (ours, theirs) => ours / theirs, $"≤ {bar.FirstToken:F2}",
            ratio => ratio <= bar.FirstToken),
        new("start_ms", "process start to first token, ms", (ours, theirs) => ours / theirs, "", _ => true),
        new("peak_kib", "peak memory, KiB (difference in MiB)", (ours, theirs) => (ours - theirs) / 1024,
            $"≤ {bar.Memory}", difference => difference <= bar.Memory),
        new("pipeline_tps", "pipeline, tokens/s", (ours, theirs) => ours / theirs, "≥ 0.98", ratio => ratio >= 0.98),
    ];

    public static int Run(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["--bars"] = "aot",
            ["--tokens"] = "64",
            ["--threads"] = "2",
            ["--rounds"] = "9",
            ["--pool"] = "1",
        };
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }

            options[args[i]] = args[i + 1];
        }

        if (!options.TryGetValue("--model", out string? model)
            || !options.TryGetValue("--ours", out string? ours)
            || !options.TryGetValue("--against", out string? against)
            || !s_bars.TryGetValue(options["--bars"], out (double, double) bar))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        try
        {
            string rest = $"\"{model}\" {options["--tokens"]} {options["--threads"]} 1 {options["--pool"]}";
            int rounds = int.Parse(options["--rounds"], CultureInfo.InvariantCulture);
            bool met = Duel(Peer.Parse($"{ours} {rest}"), Peer.Parse($"{against} {rest}"), rounds, MetricsFor(bar));
            return options.TryGetValue("--llama-bench", out string? bench) ? Bench(bench, model, options) : met ? 0 : 1;
        }
        catch (PeerException error)
        {
            Console.Error.WriteLine("error: " + error.Message);
            return 1;
        }
    }

    private static bool Duel(Peer ours, Peer theirs, int rounds, Metric[] metrics)
    {
        var measured = new List<(Dictionary<string, double> Ours, Dictionary<string, double> Theirs)>();

        // The first pair fills the file cache and is not counted.
        for (int round = -1; round < rounds; round++)
        {
            bool first = round % 2 == 0;
            Dictionary<string, double>? mine = first ? Measure(ours) : null;
            Dictionary<string, double> other = Measure(theirs);
            mine ??= Measure(ours);
            if (mine["tokens_fnv"] != other["tokens_fnv"])
            {
                throw new PeerException(theirs.Command, "generated other tokens: it is not the same work.");
            }

            Console.Error.WriteLine(round < 0 ? "warm-up" : $"round {round + 1} of {rounds}");
            if (round >= 0)
            {
                measured.Add((mine, other));
            }
        }

        Console.WriteLine("| what                                 |       ours |     theirs | ratio | quartiles     | bar    |");
        Console.WriteLine("| ------------------------------------ | ---------: | ---------: | ----: | ------------- | ------ |");
        bool met = true;
        foreach (Metric metric in metrics.Where(
            metric => measured.All(pair => pair.Ours.ContainsKey(metric.Key) && pair.Theirs.ContainsKey(metric.Key))))
        {
            Spread ratio = Spread.Of([.. measured.Select(pair => metric.Judge(pair.Ours[metric.Key], pair.Theirs[metric.Key]))]);
            double mine = Spread.Of([.. measured.Select(pair => pair.Ours[metric.Key])]).Median;
            double other = Spread.Of([.. measured.Select(pair => pair.Theirs[metric.Key])]).Median;
            bool meets = metric.Meets(ratio.Median);
            met &= meets;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {metric.Name,-36} | {mine,10:F2} | {other,10:F2} | {ratio.Median,5:F3} | {ratio.Lower,5:F3} – {ratio.Upper,5:F3} | "
                + $"{metric.Bar,-6} | {(meets ? "" : "missed")}"));
        }

        Console.WriteLine($"\nMedians of {rounds} interleaved rounds in separate processes; both sides generated the same tokens.");
        return met;
    }

    /// <summary>The "name value" lines of one run, and the time of the first token's line.</summary>
    private static Dictionary<string, double> Measure(Peer peer)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        long start = Stopwatch.GetTimestamp();
        peer.Run(line =>
        {
            string[] parts = line.Split(' ');
            if (parts.Length == 2 && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            {
                values[parts[0]] = value;
                if (parts[0] == "first_token_ms")
                {
                    values["start_ms"] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
            }
        }, CancellationToken.None);
        return values.ContainsKey("tokens_fnv")
            ? values
            : throw new PeerException(peer.Command, "printed no tokens_fnv: it is not a loop as loop.c.");
    }

    private static int Bench(string llamaBench, string model, Dictionary<string, string> options)
    {
        string threads = options["--threads"];
        using Process process = Process.Start("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "LlamaNative.Cli.dll"), "bench", "-m", model, "-t", threads, "-r", options["--rounds"],
            "--against", $"\"{llamaBench}\" -m \"{model}\" -p 512 -n 128 -r 1 -t {threads} -o json",
        ]);
        process.WaitForExit();
        return process.ExitCode;
    }
}
