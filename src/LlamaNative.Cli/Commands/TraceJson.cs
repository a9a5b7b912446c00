using System.Text.Json;
using Llama3FromScratch.Trace;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>Writes a trace as the object that <c>trace --json</c> prints.</summary>
internal static class TraceJson
{
    public static void Write(Utf8JsonWriter json, TraceResult trace)
    {
        json.WriteStartObject();
        json.WriteString("model", trace.Model);
        WriteTokens(json, "prompt", trace.Prompt);
        WriteTokens(json, "continuation", trace.Continuation);
        json.WriteNumberOrNull("largestDifference", trace.LargestDifference);
        WriteFigure(json, "oneHotDifference", trace.OneHotDifference);
        json.WriteStartArray("steps");
        foreach (TracedStep step in trace.Steps)
        {
            json.WriteStartObject();
            json.WriteString("name", step.Name);
            if (step.Layer is { } layer)
            {
                json.WriteNumber("layer", layer);
            }

            json.WriteString("shape", step.Shape);
            json.WriteString("tensor", step.Counterpart);
            json.WriteString("operation", step.Operation);
            WriteFigure(json, "difference", step.Difference);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTokens(Utf8JsonWriter json, string name, IEnumerable<TracedToken> tokens)
    {
        json.WriteStartArray(name);
        foreach (TracedToken token in tokens)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("piece", token.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFigure(Utf8JsonWriter json, string name, double? value) => json.WriteNumberOrNull(name, value ?? double.NaN);
}
