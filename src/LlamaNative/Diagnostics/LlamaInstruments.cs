using System.Diagnostics.Metrics;

namespace LlamaNative.Diagnostics;

/// <summary>The meter and its instruments; see <see cref="LlamaDiagnostics"/>.</summary>
internal static class LlamaInstruments
{
    private static readonly Meter s_meter = new(LlamaDiagnostics.Name, PinnedRelease.Version);

    internal static Histogram<double> LoadDuration { get; } = s_meter.CreateHistogram<double>("llamanative.model.load.duration",
        "s", "Time to load a model");

    internal static UpDownCounter<long> Contexts { get; } = s_meter.CreateUpDownCounter<long>("llamanative.context.count",
        "{context}", "Open contexts");

    internal static UpDownCounter<long> CacheCapacity { get; } = s_meter.CreateUpDownCounter<long>("llamanative.cache.capacity",
        "{token}", "KV cache capacity of open contexts");

    internal static Counter<long> CacheReused { get; } = s_meter.CreateCounter<long>(LlamaDiagnostics.ReusedTokens,
        "{token}", "Prompt tokens reused from the KV cache");

    internal static Histogram<long> TokenUsage { get; } = s_meter.CreateHistogram<long>("gen_ai.client.token.usage",
        "{token}", "Prompt and generated tokens");

    internal static Histogram<double> RequestDuration { get; } = s_meter.CreateHistogram<double>("gen_ai.server.request.duration",
        "s", "Duration of a generation");

    internal static Histogram<double> TimeToFirstToken { get; } = s_meter.CreateHistogram<double>("gen_ai.server.time_to_first_token",
        "s", "Time from the start of a generation to its first token");

    internal static Histogram<double> TimePerOutputToken { get; } = s_meter.CreateHistogram<double>("gen_ai.server.time_per_output_token",
        "s", "Mean time per token after the first");
}
