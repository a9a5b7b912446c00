using System.Diagnostics;
using LlamaNative.Diagnostics;

namespace LlamaNative.Models;

/// <summary>Times a loading and tells a monitor of it at its end; see <see cref="LlamaDiagnostics"/>.</summary>
internal sealed class LoadTelemetry(string path) : IDisposable
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Activity? _activity = LlamaDiagnostics.Activities.StartActivity("load");
    private string? _error;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public void Fail(Exception error)
    {
        _error = error.GetType().FullName;
        _activity?.SetStatus(ActivityStatusCode.Error, error.Message);
    }

    public void Dispose()
    {
        if (_activity is null && !LlamaInstruments.LoadDuration.Enabled)
        {
            return;
        }

        var tags = new TagList { { LlamaDiagnostics.Provider, LlamaDiagnostics.LlamaCpp }, { LlamaDiagnostics.Model, LlamaDiagnostics.ModelName(path) } };
        if (_error is not null)
        {
            tags.Add(LlamaDiagnostics.ErrorType, _error);
        }

        LlamaInstruments.LoadDuration.Record(Elapsed.TotalSeconds, tags);
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            _activity?.SetTag(tag.Key, tag.Value);
        }

        _activity?.Dispose();
    }
}
