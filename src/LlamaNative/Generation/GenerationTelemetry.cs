using System.Diagnostics;
using LlamaNative.Diagnostics;

namespace LlamaNative.Generation;

/// <summary>Reports one generation on completion, exactly once; see <see cref="LlamaDiagnostics"/>.</summary>
internal sealed class GenerationTelemetry(string modelPath)
{
    private readonly ActivityContext _parent = Activity.Current?.Context ?? default;
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private bool _told;

    /// <summary>Returns null if nothing is listening when the generation starts.</summary>
    public static GenerationTelemetry? Begin(string modelPath) => LlamaDiagnostics.IsHeard ? new GenerationTelemetry(modelPath) : null;

    public void End(TokenUsage usage, GenerationTimings timings, StopReason? reason, Exception? error)
    {
        if (_told)
        {
            return;
        }

        _told = true;
        var tags = new TagList
        {
            { LlamaDiagnostics.Operation, LlamaDiagnostics.TextCompletion },
            { LlamaDiagnostics.Provider, LlamaDiagnostics.LlamaCpp },
            { LlamaDiagnostics.Model, LlamaDiagnostics.ModelName(modelPath) },
        };
        if (error is not null)
        {
            tags.Add(LlamaDiagnostics.ErrorType, error.GetType().FullName);
        }

        Measure(usage, timings, tags);
        if (LlamaDiagnostics.Activities.HasListeners())
        {
            Trace(usage, timings, reason, error, tags);
        }
    }

    private static void Measure(TokenUsage usage, GenerationTimings timings, in TagList tags)
    {
        LlamaInstruments.RequestDuration.Record(timings.Total.TotalSeconds, tags);
        LlamaInstruments.TokenUsage.Record(usage.PromptTokens, With(tags, LlamaDiagnostics.TokenType, "input"));
        LlamaInstruments.TokenUsage.Record(usage.CompletionTokens, With(tags, LlamaDiagnostics.TokenType, "output"));
        if (usage.CachedTokens > 0)
        {
            LlamaInstruments.CacheReused.Add(usage.CachedTokens, tags);
        }

        if (usage.CompletionTokens > 0)
        {
            LlamaInstruments.TimeToFirstToken.Record(timings.TimeToFirstToken.TotalSeconds, tags);
        }

        if (usage.CompletionTokens > 1)
        {
            LlamaInstruments.TimePerOutputToken
                .Record((timings.Total - timings.TimeToFirstToken).TotalSeconds / (usage.CompletionTokens - 1), tags);
        }
    }

    private void Trace(TokenUsage usage, GenerationTimings timings, StopReason? reason, Exception? error, in TagList tags)
    {
        TagList all = tags;
        all.Add(LlamaDiagnostics.InputTokens, usage.PromptTokens);
        all.Add(LlamaDiagnostics.OutputTokens, usage.CompletionTokens);
        all.Add(LlamaDiagnostics.ReusedTokens, usage.CachedTokens);
        all.Add(LlamaDiagnostics.FinishReasons, new[] { reason?.ToString() ?? (error is null ? "Abandoned" : "Error") });
        using Activity? whole = LlamaDiagnostics.Add(LlamaDiagnostics.TextCompletion, _parent, _start, timings.Total, all);
        if (error is not null)
        {
            whole?.SetStatus(ActivityStatusCode.Error, error.Message);
        }

        if (whole is not null && usage.CompletionTokens > 0)
        {
            LlamaDiagnostics.Add("prompt", whole.Context, _start, timings.TimeToFirstToken, tags)?.Dispose();
            LlamaDiagnostics.Add("generation", whole.Context, _start + timings.TimeToFirstToken,
                timings.Total - timings.TimeToFirstToken, tags)?.Dispose();
        }
    }

    private static TagList With(TagList tags, string name, string value)
    {
        tags.Add(name, value);
        return tags;
    }
}
