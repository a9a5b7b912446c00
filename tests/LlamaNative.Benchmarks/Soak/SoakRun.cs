using System.Diagnostics;
using System.Runtime.InteropServices;
using LlamaNative.Models;

namespace LlamaNative.Benchmarks.Soaking;

/// <summary>
/// Uses the library like a long-lived application with concurrent users; actions are drawn from a fixed seed. Between epochs
/// all users are done and everything except the model is disposed, and memory is measured.
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

    /// <summary>The current model; another user may dispose it at any time.</summary>
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

    /// <summary>Replaces the current model and disposes it while contexts still use it.</summary>
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
    /// glibc retains freed memory in up to eight arenas per core and rarely returns it. This causes a slow growth that is not a
    /// leak but would hide one.
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
