using System.Diagnostics;

namespace LlamaNative.Diagnostics;

/// <summary>
/// Metrics and traces that the library emits: one <see cref="System.Diagnostics.Metrics.Meter"/> and one <see cref="ActivitySource"/>, both
/// named <see cref="Name"/>. Names and attributes follow OpenTelemetry's semantic conventions for generative AI where these apply
/// (https://opentelemetry.io/docs/specs/semconv/gen-ai/) and begin with <c>llamanative.</c> otherwise.
/// </summary>
/// <remarks>
/// <para>Measurements are recorded once per load, context or generation, on completion. There is no per-token overhead.</para>
/// <list type="table">
/// <listheader><term>Instrument</term><description>kind, unit: measured quantity</description></listheader>
/// <item><term><c>llamanative.model.load.duration</c></term><description>histogram, s: time to load a model</description></item>
/// <item><term><c>llamanative.context.count</c></term><description>up-down counter, {context}: open contexts</description></item>
/// <item><term><c>llamanative.cache.capacity</c></term><description>up-down counter, {token}: total KV cache capacity of the open
/// contexts</description></item>
/// <item><term><c>llamanative.cache.reused</c></term><description>counter, {token}: prompt tokens reused from the KV
/// cache</description></item>
/// <item><term><c>gen_ai.client.token.usage</c></term><description>histogram, {token}: prompt tokens, including cached ones
/// (<c>gen_ai.token.type</c> input), and generated tokens (output)</description></item>
/// <item><term><c>gen_ai.server.request.duration</c></term><description>histogram, s: duration of a generation</description></item>
/// <item><term><c>gen_ai.server.time_to_first_token</c></term><description>histogram, s: time from the start of a generation to its first
/// token</description></item>
/// <item><term><c>gen_ai.server.time_per_output_token</c></term><description>histogram, s: mean time per token after the
/// first</description></item>
/// </list>
/// <para>Attributes: <c>gen_ai.provider.name</c> (llama.cpp), <c>gen_ai.request.model</c> (the file name without extension),
/// <c>gen_ai.operation.name</c> (text_completion), and <c>error.type</c> on failure.</para>
/// <para>Activities: <c>load</c>; <c>text_completion</c> with the children <c>prompt</c> and <c>generation</c>. They carry the same
/// attributes and <c>gen_ai.usage.input_tokens</c>, <c>gen_ai.usage.output_tokens</c>, <c>gen_ai.response.finish_reasons</c>,
/// <c>llamanative.cache.reused</c>.</para>
/// </remarks>
public static class LlamaDiagnostics
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "LlamaNative";

    internal const string Model = "gen_ai.request.model";
    internal const string Operation = "gen_ai.operation.name";
    internal const string Provider = "gen_ai.provider.name";
    internal const string TokenType = "gen_ai.token.type";
    internal const string ErrorType = "error.type";
    internal const string InputTokens = "gen_ai.usage.input_tokens";
    internal const string OutputTokens = "gen_ai.usage.output_tokens";
    internal const string FinishReasons = "gen_ai.response.finish_reasons";
    internal const string ReusedTokens = "llamanative.cache.reused";

    internal const string TextCompletion = "text_completion";
    internal const string LlamaCpp = "llama.cpp";

    internal static ActivitySource Activities { get; } = new(Name, PinnedRelease.Version);

    /// <summary>Whether any listener is subscribed to generation metrics or traces.</summary>
    internal static bool IsHeard =>
        Activities.HasListeners() || LlamaInstruments.RequestDuration.Enabled || LlamaInstruments.TokenUsage.Enabled
        || LlamaInstruments.TimeToFirstToken.Enabled || LlamaInstruments.TimePerOutputToken.Enabled || LlamaInstruments.CacheReused.Enabled;

    /// <summary>The model name used in attributes.</summary>
    internal static string ModelName(string path) => Path.GetFileNameWithoutExtension(path);

    /// <summary>Emits a completed activity. It never becomes the caller's <see cref="Activity.Current"/>.</summary>
    internal static Activity? Add(string name, in ActivityContext parent, DateTimeOffset start, TimeSpan duration, in TagList tags)
    {
        Activity? before = Activity.Current;
        Activity? activity = Activities.StartActivity(name, ActivityKind.Internal, parent, tags, startTime: start);
        activity?.SetEndTime((start + duration).UtcDateTime);
        Activity.Current = before;
        return activity;
    }
}
