using Llama3FromScratch.Trace;

namespace Llama3FromScratch.Page;

/// <summary>One self-contained HTML page: no scripts, no external resources, printable.</summary>
internal static class TracePage
{
    private const string Style = """
        body{font:14px/1.5 Georgia,serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222;background:#fff}
        h1,h2,h3{font-weight:normal;line-height:1.2}h2{border-bottom:1px solid #999;margin-top:2em}
        svg text,table{font:9px/1.4 ui-monospace,Consolas,monospace}svg .title{font-size:9px}
        table{border-collapse:collapse;font-size:11px}td,th{padding:1px 8px;text-align:left;border-bottom:1px solid #ddd}
        .heads{display:flex;flex-wrap:wrap;gap:6px}figure{margin:0;display:inline-block;width:165px;font-size:11px}
        .map{break-inside:avoid}.frame{fill:none;stroke:#aaa}.axis{stroke:#ddd;fill:none}.dot{fill:#bbb}
        .before,.after{stroke-width:2.5;fill:none}.before{stroke:#999;stroke-dasharray:3 2}.after{stroke:#1a5fb4}
        .lens td small{color:inherit;opacity:.7;margin-left:4px}.prompt span{border:1px solid #ccc;padding:0 3px;margin-right:2px}
        tr{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        """;

    public static string Write(TraceResult trace)
    {
        var page = new Svg();
        page.Raw(
            $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Raw($"<title>{trace.Model}: {trace.Prompt.Count} tokens</title><style>");
        page.Raw($"{new Literal(Style + Shades())}</style></head><body>\n");
        page.Raw($"<h1>{trace.Model}</h1><p>{trace.Summary}.</p><p class=\"prompt\">");
        foreach (TracedToken token in trace.Prompt)
        {
            page.Raw($"<span title=\"{token.Id}\">{Svg.Label(token.Text)}</span>");
        }

        page.Raw($" … <em>{string.Concat(trace.Continuation.Select(token => token.Text))}</em></p>\n");
        page.Raw(
            $"<h2>Attention</h2><p>Each row is a query token, each column a key token; darker means more attention. No token ")
            .Raw($"attends to later ones.</p>");
        for (int layer = 0; layer < trace.Attention.Count; layer++)
        {
            page.Raw($"<h3>Layer {layer}</h3><div class=\"heads\">");
            for (int head = 0; head < trace.Attention[layer].Length; head++)
            {
                page.Raw($"{HeatMap.Draw($"layer {layer}, head {head}", trace.Prompt, trace.Attention[layer][head])}");
            }

            page.Raw($"</div>\n");
        }

        page.Raw($"<h2>RoPE</h2><p>The pairs of the last token’s query in layer 0, head 0: grey before, blue after rotation; ")
            .Raw($"the dots show the rotation at each position.</p><div>{RopePicture.Draw(trace.Rope, trace.Prompt.Count - 1)}</div>\n");
        page.Raw($"<h2>Predictions of each layer</h2><p>The most probable next token if the final norm and the output matrix ")
            .Raw($"are applied after each layer.</p>{LensTable.Draw(trace)}\n");
        page.Raw(
            $"<h2>All steps</h2><p>Differences are relative to the largest absolute value in llama.cpp’s tensor.</p>")
            .Raw($"{StepTable.Draw(trace)}\n</body></html>\n");
        return page.ToString();
    }

    private static string Shades() => string.Concat(Enumerable.Range(1, 10).Select(i => $".s{i}{{fill:{Blue(i / 10.0)}}}"))
        + string.Concat(Enumerable.Range(0, 10).Select(i => $".p{i}{{background:{Blue(i / 10.0)};color:{(i > 5 ? "#fff" : "#222")}}}"));

    /// <summary>From white to dark blue, with printable shades in between.</summary>
    private static string Blue(double strength) =>
        $"rgb({(int)(255 - (strength * 235))},{(int)(255 - (strength * 185))},{(int)(255 - (strength * 110))})";

    /// <summary>Markup from this file, which is not escaped.</summary>
    private sealed record Literal(string Text)
    {
        public override string ToString() => Text;
    }
}
