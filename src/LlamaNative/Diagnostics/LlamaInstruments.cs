using System.Diagnostics.Metrics;

namespace LlamaNative.Diagnostics;

/// <summary>The meter and its instruments, as <see cref="LlamaDiagnostics"/> documents them.</summary>
internal static class LlamaInstruments
{
    private static readonly Meter s_meter = new(LlamaDiagnostics.Name, PinnedRelease.Version);

    internal static Histogram<double> LoadDuration { get; } = s_meter.CreateHistogram<double>("llamanative.model.load.duration",
        "s", "Time to load a model");

    internal static UpDownCounter<long> Contexts { get; } = s_meter.CreateUpDownCounter<long>("llamanative.context.count",
        "{context}", "Contexts there are");

    internal static UpDownCounter<long> CacheCapacity { get; } = s_meter.CreateUpDownCounter<long>("llamanative.cache.capacity",
        "{token}", "Tokens that KV caches hold");

    internal static Counter<long> CacheReused { get; } = s_meter.CreateCounter<long>(LlamaDiagnostics.ReusedTokens,
        "{token}", "Prompt tokens found in the cache");

    internal static Histogram<long> TokenUsage { get; } = s_meter.CreateHistogram<long>("gen_ai.client.token.usage",
        "{token}", "Tokens of prompts and answers");

    internal static Histogram<double> RequestDuration { get; } = s_meter.CreateHistogram<double>("gen_ai.server.request.duration",
        "s", "Time of a generation");

    internal static Histogram<double> TimeToFirstToken { get; } = s_meter.CreateHistogram<double>("gen_ai.server.time_to_first_token",
        "s", "Time from the start of a generation to its first token");

    internal static Histogram<double> TimePerOutputToken { get; } = s_meter.CreateHistogram<double>("gen_ai.server.time_per_output_token",
        "s", "Mean time of a token behind the first");
}
