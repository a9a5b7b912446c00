using System.Collections.Concurrent;
using System.Diagnostics;

namespace LlamaNative.Tests.Models;

/// <summary>What the calls of one architecture gave.</summary>
public sealed record SweepResult(int Answers, int Refusals, IReadOnlyList<string> Faults);

/// <summary>
/// Runs LlamaNative.Sweep once for all tests, in two processes that take architectures in turn. When one dies, another continues behind
/// the architecture that killed it.
/// </summary>
public sealed class SweepFixture
{
    private const int Processes = 2;
    private static readonly TimeSpan s_longestCall = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, SweepResult> _results = [];
    private readonly Lazy<Task> _sweep;

    public SweepFixture() => _sweep = new Lazy<Task>(() => Task.WhenAll(Enumerable.Range(0, Processes).Select(SweepAsync)));

    public async Task<SweepResult> ResultOfAsync(string architecture)
    {
        await _sweep.Value;
        return _results[architecture];
    }

    private async Task SweepAsync(int process)
    {
        string[] names = [.. ArchitectureTable.Rows.Select(row => row.Name).Where(KnownUpstream.CanEvaluate)
            .Where((_, index) => index % Processes == process)];
        while (names.Length > 0)
        {
            int done = await RunAsync(names);
            names = names[done..];
        }
    }

    /// <summary>Runs one process and returns the number of architectures that it has finished or died of.</summary>
    private async Task<int> RunAsync(string[] names)
    {
        using Process process = Tool.Start("tests/LlamaNative.Sweep", "LlamaNative.Sweep.dll", names,
            new Dictionary<string, string> { ["GGML_NO_BACKTRACE"] = "1" }); // a debugger's text would be among the lines
        Task<string> errors = process.StandardError.ReadToEndAsync();
        var reader = new SweepReader();
        string? reason = null;
        try
        {
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(s_longestCall) is { } line)
            {
                reader.Read(line);
            }

            await process.WaitForExitAsync();
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            reason = $"no answer within {s_longestCall}";
        }

        if (process.ExitCode != 0 || reason is not null)
        {
            string tail = string.Join(' ', (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(6));
            reader.Die(reason ?? $"the process died with exit code {process.ExitCode}: {tail}");
        }

        foreach ((string name, SweepResult result) in reader.Results)
        {
            _results[name] = result;
        }

        Assert.True(reader.Results.Count > 0, $"LlamaNative.Sweep printed nothing: {await errors}");
        return reader.Results.Count;
    }
}

/// <summary>Reads the lines that LlamaNative.Sweep prints; see its Program.cs.</summary>
internal sealed class SweepReader
{
    private readonly List<string> _faults = [];
    private string? _architecture;
    private string _call = "";
    private int _answers;
    private int _refusals;

    public Dictionary<string, SweepResult> Results { get; } = [];

    public void Read(string line)
    {
        if (line.Split('\t') is not [string outcome, string architecture, string call, .. string[] more])
        {
            throw new InvalidOperationException($"LlamaNative.Sweep printed '{line}'");
        }

        if (architecture != _architecture)
        {
            (_architecture, _answers, _refusals) = (architecture, 0, 0);
            _faults.Clear();
        }

        _call = call;
        switch (outcome)
        {
            case "answer": _answers++; break;
            case "refused": _refusals++; break;
            case "wrong": _faults.Add($"{call}: {string.Join(' ', more)}"); break;
            default: break;
        }

        Results[architecture] = new SweepResult(_answers, _refusals, [.. _faults]);
    }

    public void Die(string reason)
    {
        if (_architecture is not null)
        {
            Results[_architecture] = new SweepResult(_answers, _refusals, [.. _faults, $"{_call}: {reason}"]);
        }
    }
}
