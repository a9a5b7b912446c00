using System.Diagnostics;

namespace LlamaNative.Diagnostics;

/// <summary>
/// What the library tells a monitor: one <see cref="System.Diagnostics.Metrics.Meter"/> and one <see cref="ActivitySource"/>, both called
/// <see cref="Name"/>. Names and attributes are OpenTelemetry's for generative AI where it has them
/// (https://opentelemetry.io/docs/specs/semconv/gen-ai/), and begin with <c>llamanative.</c> elsewhere.
/// </summary>
/// <remarks>
/// <para>Everything is told once for a load, a context or a generation, when it ends; a token costs nothing, whether anyone listens or
/// not.</para>
/// <list type="table">
/// <listheader><term>Instrument</term><description>kind, unit: what it measures</description></listheader>
/// <item><term><c>llamanative.model.load.duration</c></term><description>histogram, s: loading a model</description></item>
/// <item><term><c>llamanative.context.count</c></term><description>up-down counter, {context}: contexts there are</description></item>
/// <item><term><c>llamanative.cache.capacity</c></term><description>up-down counter, {token}: tokens their KV caches
/// hold</description></item>
/// <item><term><c>llamanative.cache.reused</c></term><description>counter, {token}: prompt tokens found in the cache and not
/// evaluated</description></item>
/// <item><term><c>gen_ai.client.token.usage</c></term><description>histogram, {token}: tokens of a prompt (<c>gen_ai.token.type</c> input,
/// the cached included) and generated ones (output)</description></item>
/// <item><term><c>gen_ai.server.request.duration</c></term><description>histogram, s: a generation from start to end</description></item>
/// <item><term><c>gen_ai.server.time_to_first_token</c></term><description>histogram, s: from its start to its first token, the prompt's
/// evaluation</description></item>
/// <item><term><c>gen_ai.server.time_per_output_token</c></term><description>histogram, s: the mean time of each token behind the
/// first</description></item>
/// </list>
/// <para>Attributes: <c>gen_ai.provider.name</c> (llama.cpp), <c>gen_ai.request.model</c> (the file's name without its end),
/// <c>gen_ai.operation.name</c> (text_completion), and <c>error.type</c> on what failed.</para>
/// <para>Activities: <c>load</c>; <c>text_completion</c> with the children <c>prompt</c> and <c>generation</c>. They have these
/// attributes too, and <c>gen_ai.usage.input_tokens</c>, <c>gen_ai.usage.output_tokens</c>, <c>gen_ai.response.finish_reasons</c>,
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

    /// <summary>Whether anyone would hear of a generation.</summary>
    internal static bool IsHeard =>
        Activities.HasListeners() || LlamaInstruments.RequestDuration.Enabled || LlamaInstruments.TokenUsage.Enabled
        || LlamaInstruments.TimeToFirstToken.Enabled || LlamaInstruments.TimePerOutputToken.Enabled || LlamaInstruments.CacheReused.Enabled;

    /// <summary>What a model is called in attributes.</summary>
    internal static string ModelName(string path) => Path.GetFileNameWithoutExtension(path);

    /// <summary>An activity that is over already: made afterwards, it never becomes the caller's current one.</summary>
    internal static Activity? Add(string name, in ActivityContext parent, DateTimeOffset start, TimeSpan duration, in TagList tags)
    {
        Activity? before = Activity.Current;
        Activity? activity = Activities.StartActivity(name, ActivityKind.Internal, parent, tags, startTime: start);
        activity?.SetEndTime((start + duration).UtcDateTime);
        Activity.Current = before;
        return activity;
    }
}
