using System.Globalization;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Bench;

/// <summary>The table that llama-bench prints, with the same columns, widths and rules for hiding columns.</summary>
internal sealed class MarkdownReport(Shell shell, BenchSetup setup, IReadOnlyList<BenchTest> tests) : IBenchReport
{
    private static readonly BenchTest s_defaults = new(512, 128, 0, 2048, 512)
    {
        FlashAttention = FlashAttention.Auto,
        CacheTypeK = GgmlType.F16,
        CacheTypeV = GgmlType.F16,
    };

    private readonly List<Column> _columns = [];

    /// <summary>A column; a negative width aligns it to the left.</summary>
    private sealed record Column(string Name, int Width, Func<BenchResult, string> Value);

    public void Begin()
    {
        Show("model", -30, _ => setup.Model.Description);
        Show("size", 10, _ => Size(setup.Model.ByteCount));
        Show("params", 10, _ => Parameters(setup.Model.ParameterCount));
        Show("backend", -10, _ => setup.Backends);
        if (setup.Backends != "CPU")
        {
            Show("ngl", 3, _ => (setup.GpuLayers ?? -1).ToString(CultureInfo.InvariantCulture));
        }

        Show("threads", 7, result => result.Test.Threads.ToString(CultureInfo.InvariantCulture));
        ShowIfNotDefault("n_batch", 7, test => test.BatchSize.ToString(CultureInfo.InvariantCulture));
        ShowIfNotDefault("n_ubatch", 8, test => test.MicroBatchSize.ToString(CultureInfo.InvariantCulture));
        ShowIfNotDefault("type_k", 6, test => CacheArguments.NameOf(test.CacheTypeK));
        ShowIfNotDefault("type_v", 6, test => CacheArguments.NameOf(test.CacheTypeV));
        ShowIfNotDefault("fa", 3, test => ((int)test.FlashAttention).ToString(CultureInfo.InvariantCulture));
        Show("test", 15, result => result.Test.Name);
        Show("t/s", 20, Speed);

        WriteRow(column => column.Name);
        shell.Write("|" + string.Concat(
            _columns.Select(column => $" {new string('-', Math.Abs(column.Width) - 1)}{(column.Width > 0 ? ':' : '-')} |")) + "\n");
    }

    public void Add(BenchResult result) => WriteRow(column => column.Value(result));

    public void End() => shell.Write($"\nbuild: llama.cpp {LlamaRuntime.PinnedVersion}, LlamaNative {ToolVersion.Current}\n");

    private static string Speed(BenchResult result)
    {
        double[] speeds = result.TokensPerSecond;
        return string.Create(CultureInfo.InvariantCulture, $"{speeds.Average():F2} ± {BenchResult.StandardDeviation(speeds):F2}");
    }

    private static string Size(long bytes) => bytes < 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:F2} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0 / 1024.0:F2} GiB");

    private static string Parameters(long count) => count < 1_000_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:F2} M")
        : string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:F2} B");

    private void Show(string name, int width, Func<BenchResult, string> value) => _columns.Add(new Column(name, width, value));

    private void ShowIfNotDefault(string name, int width, Func<BenchTest, string> value)
    {
        if (tests.Any(test => value(test) != value(s_defaults)))
        {
            Show(name, width, result => value(result.Test));
        }
    }

    private void WriteRow(Func<Column, string> cell) =>
        shell.Write("|" + string.Concat(_columns.Select(column => $" {Pad(cell(column), column.Width)} |")) + "\n");

    private static string Pad(string text, int width) => width < 0 ? text.PadRight(-width) : text.PadLeft(width);
}
