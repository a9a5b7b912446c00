using Llama3FromScratch.Trace;

namespace Llama3FromScratch.Page;

/// <summary>Every step with its shape, its tensor in llama.cpp's graph, and the difference between the two.</summary>
internal static class StepTable
{
    public static Svg Draw(TraceResult trace)
    {
        var page = new Svg().Raw(
            $"<table><thead><tr><th>step</th><th>shape</th><th>in llama.cpp</th><th>largest difference</th></tr></thead><tbody>");
        foreach (TracedStep step in trace.Steps)
        {
            string difference = step.Difference is { } value
                ? value.ToString("0.0e+0", System.Globalization.CultureInfo.InvariantCulture)
                : "–";
            string layer = step.Layer is { } number ? $" of layer {number}" : "";
            page.Raw(
                $"<tr><td>{step.Name}{layer}</td><td>{step.Shape}</td><td><code>{step.Counterpart}</code> {step.Operation}</td>")
                .Raw($"<td>{difference}</td></tr>");
        }

        return page.Raw($"</tbody></table>");
    }
}
