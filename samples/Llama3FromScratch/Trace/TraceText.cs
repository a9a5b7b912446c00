using System.Globalization;

namespace Llama3FromScratch.Trace;

/// <summary>A trace as lines of text: every step with its shape and its difference from llama.cpp.</summary>
internal static class TraceText
{
    public static IEnumerable<string> Lines(TraceResult trace)
    {
        yield return $"{trace.Model}: {trace.Summary}";
        yield return $"{trace.Prompt.Count} tokens: " + string.Join(' ', trace.Prompt.Select(token => $"{token.Id}:{token.Text}"));
        int? layer = -1;
        foreach (TracedStep step in trace.Steps)
        {
            if (step.Layer != layer)
            {
                layer = step.Layer;
                yield return layer is null ? "" : $"layer {layer}";
            }

            yield return $"  {step.Name,-28} {step.Shape,-36} {step.Counterpart,-16} {step.Operation,-9} {Figure(step.Difference)}";
            if (step.Counterpart == "embd" && trace.OneHotDifference is { } difference)
            {
                yield return $"  {"one-hot × matrix",-28} the same rows, largest difference {Figure(difference)}";
            }
        }

        yield return $"largest difference from llama.cpp: {Figure(trace.LargestDifference)}";
        yield return "then: " + string.Concat(trace.Continuation.Select(token => token.Text));
    }

    private static string Figure(double? value) => value?.ToString("0.0e+0", CultureInfo.InvariantCulture) ?? "-";
}
