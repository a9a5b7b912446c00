using Llama3FromScratch.Trace;

namespace Llama3FromScratch.Page;

/// <summary>The logit lens (nostalgebraist, 2020): the next token that each layer would predict at each token of the prompt.</summary>
internal static class LensTable
{
    public static Svg Draw(TraceResult trace)
    {
        var page = new Svg().Raw($"<table class=\"lens\"><thead><tr><th>after</th>");
        for (int layer = 0; layer < trace.Lens.Count; layer++)
        {
            page.Raw($"<th>layer {layer}</th>");
        }

        page.Raw($"</tr></thead><tbody>");
        for (int i = 0; i < trace.Prompt.Count; i++)
        {
            page.Raw($"<tr><th>{Svg.Label(trace.Prompt[i].Text)}</th>");
            foreach (LensCell[] layer in trace.Lens)
            {
                LensCell cell = layer[i];
                page.Raw(
                    $"<td class=\"p{(int)(cell.Probability * 9.99)}\">{Svg.Label(cell.Token.Text)}")
                    .Raw($"<small>{cell.Probability * 100:0}%</small></td>");
            }

            page.Raw($"</tr>");
        }

        return page.Raw($"</tbody></table>");
    }
}
