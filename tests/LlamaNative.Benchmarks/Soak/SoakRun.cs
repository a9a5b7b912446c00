using System.Diagnostics;
using System.Runtime.InteropServices;
using LlamaNative.Models;

namespace LlamaNative.Benchmarks.Soaking;

/// <summary>
/// Uses the library as a long-lived application does, several users at once, each action drawn by a fixed seed. Between
/// epochs everyone is done and everything but the model is disposed: there memory is measured.
/// </summary>
internal sealed class SoakRun(SoakOptions options)
{
    private readonly SoakReport _report = new();
    private readonly Lock _gate = new();
    private LlamaModel _model = LlamaModel.Load(options.Model);

    public async Task<SoakReport> RunAsync(Action<string>? tell = null)
    {
        long start = Stopwatch.GetTimestamp();
        for (int epoch = 0; IsOpen(epoch, Stopwatch.GetElapsedTime(start)); epoch++)
        {
            int number = epoch;
            await Task.WhenAll(Enumerable.Range(0, options.Users).Select(user => Task.Run(() => UseAsync(number, user))));
            MemorySample sample = Measure(Stopwatch.GetElapsedTime(start));
            _report.Samples.Add(sample);
            tell?.Invoke(
                $"epoch {epoch + 1}, {sample.Time.TotalMinutes:F1} minutes, resident {sample.Resident >> 20} MiB, managed "
                + $"{sample.Managed >> 20} MiB, {_report.CountOf("unexpected")} unexpected");
        }

        _model.Dispose();
        return _report;
    }

    private bool IsOpen(int epoch, TimeSpan passed) =>
        epoch < (options.Epochs ?? int.MaxValue) && passed < (options.Duration ?? TimeSpan.MaxValue);

    private async Task UseAsync(int epoch, int user)
    {
        var random = new Random(HashCode(options.Seed, epoch, user));
        for (int i = 0; i < options.ActionsPerEpoch; i++)
        {
            (string name, Func<SoakActions, Task> action) = SoakActions.Draw(random);
            try
            {
                await action(new SoakActions(this, random, _report));
                _report.Count(name);
            }
            catch (Exception error)
            {
                _report.Fail(name, error);
            }
        }
    }

    /// <summary>The model everyone uses now; another may dispose it at any time.</summary>
    public LlamaModel Model
    {
        get
        {
            lock (_gate)
            {
                return _model;
            }
        }
    }

    public string Path => options.Model;

    /// <summary>Puts a new model in the place of the one in use, which is disposed under the contexts made from it.</summary>
    public void Reload()
    {
        LlamaModel fresh = LlamaModel.Load(options.Model);
        LlamaModel old;
        lock (_gate)
        {
            (old, _model) = (_model, fresh);
        }

        old.Dispose();
    }

    private static MemorySample Measure(TimeSpan time)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        GiveFreedMemoryBack();
        using var process = Process.GetCurrentProcess();
        return new MemorySample(time, process.WorkingSet64, GC.GetTotalMemory(forceFullCollection: false));
    }

    /// <summary>
    /// glibc keeps what threads freed, in up to eight arenas for each core, and gives it back rarely: a slow growth that is no
    /// leak, and would hide one.
    /// </summary>
    private static unsafe void GiveFreedMemoryBack()
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out nint trim))
        {
            _ = ((delegate* unmanaged<nuint, int>)trim)(0);
        }
    }

    // Not System.HashCode, which differs from process to process.
    private static int HashCode(int seed, int epoch, int user) => unchecked((((seed * 16777619) ^ epoch) * 16777619) ^ user);
}
