using System.Diagnostics;
using LlamaNative.Diagnostics;

namespace LlamaNative.Models;

/// <summary>
/// Measures a model load and reports it on completion, so that monitoring does not delay loading; see <see cref="LlamaDiagnostics"/>.
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
