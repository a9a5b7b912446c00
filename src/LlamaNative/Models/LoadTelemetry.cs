using System.Diagnostics;
using LlamaNative.Diagnostics;

namespace LlamaNative.Models;

/// <summary>
/// Times a loading and tells a monitor of it at its end, so that loading waits for no monitoring; see <see cref="LlamaDiagnostics"/>.
/// </summary>
internal sealed class LoadTelemetry(string path) : IDisposable
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private Exception? _error;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public void Fail(Exception error) => _error = error;

    public void Dispose()
    {
        TimeSpan elapsed = Elapsed;
        if (!LlamaDiagnostics.Activities.HasListeners() && !LlamaInstruments.LoadDuration.Enabled)
        {
            return;
        }

        var tags = new TagList { { LlamaDiagnostics.Provider, LlamaDiagnostics.LlamaCpp },
            { LlamaDiagnostics.Model, LlamaDiagnostics.ModelName(path) } };
        if (_error is not null)
        {
            tags.Add(LlamaDiagnostics.ErrorType, _error.GetType().FullName);
        }

        LlamaInstruments.LoadDuration.Record(elapsed.TotalSeconds, tags);
        using Activity? activity = LlamaDiagnostics.Add("load", Activity.Current?.Context ?? default,
            DateTimeOffset.UtcNow - elapsed, elapsed, tags);
        if (_error is not null)
        {
            activity?.SetStatus(ActivityStatusCode.Error, _error.Message);
        }
    }
}
