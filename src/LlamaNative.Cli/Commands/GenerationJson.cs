using System.Text.Json;
using LlamaNative.Cli.Terminal;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>Writes a generation's result as the object that <c>run --json</c> prints; times are in milliseconds.</summary>
internal static class GenerationJson
{
    public static void Write(Utf8JsonWriter json, GenerationResult result, ModelPlacement placement, TimeSpan? sinceProcessStart)
    {
        json.WriteStartObject();
        json.WriteString("text", result.Text);
        json.WritePropertyName("tokens");
        json.WriteTokens(result.Tokens);
        json.WriteString("finishReason", NameOf(result.StopReason));
        if (result.StopSequence is { } sequence)
        {
            json.WriteString("stopSequence", sequence);
        }

        json.WriteStartObject("usage");
        json.WriteNumber("promptTokens", result.Usage.PromptTokens);
        json.WriteNumber("cachedTokens", result.Usage.CachedTokens);
        json.WriteNumber("completionTokens", result.Usage.CompletionTokens);
        json.WriteEndObject();

        json.WriteStartObject("timings");
        WriteTime(json, "loadMs", result.Timings.Load);
        WriteTime(json, "timeToFirstTokenMs", result.Timings.TimeToFirstToken);
        WriteTime(json, "totalMs", result.Timings.Total);
        if (sinceProcessStart is { } time)
        {
            WriteTime(json, "processStartToFirstTokenMs", time);
        }

        json.WriteNumber("promptTokensPerSecond", Math.Round(result.Timings.PromptTokensPerSecond, 2));
        json.WriteNumber("tokensPerSecond", Math.Round(result.Timings.TokensPerSecond, 2));
        json.WriteEndObject();
        WritePlacement(json, placement);
        json.WriteEndObject();
    }

    private static void WritePlacement(Utf8JsonWriter json, ModelPlacement placement)
    {
        json.WriteStartObject("placement");
        PlacementJson.WriteBuffers(json, placement);
        json.WriteNumber("offloadedLayers", placement.OffloadedLayers);
        json.WriteNumber("offloadableLayers", placement.OffloadableLayers);
        json.WriteEndObject();
    }

    private static string NameOf(StopReason reason) => reason switch
    {
        StopReason.EndOfGeneration => "endOfGeneration",
        StopReason.MaxTokens => "maxTokens",
        StopReason.StopSequence => "stopSequence",
        StopReason.ContextFull => "contextFull",
        StopReason.Condition => "condition",
        _ => "cancelled",
    };

    private static void WriteTime(Utf8JsonWriter json, string name, TimeSpan time) =>
        json.WriteNumber(name, Math.Round(time.TotalMilliseconds, 3));
}
