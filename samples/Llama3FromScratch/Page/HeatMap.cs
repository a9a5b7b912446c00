using System.Text;
using Llama3FromScratch.Trace;

namespace Llama3FromScratch.Page;

/// <summary>The attention of one head: a row for each query token, a column for each key token.</summary>
internal static class HeatMap
{
    private const int Cell = 11;
    private const int Margin = 58;
    private const int Shades = 10;

    public static Svg Draw(string title, IReadOnlyList<TracedToken> tokens, float[] attention)
    {
        int n = tokens.Count;
        int size = Margin + (n * Cell) + 2;
        var svg = new Svg().Raw(
            $"<svg class=\"map\" viewBox=\"0 0 {size} {size + 12}\" width=\"{size}\" height=\"{size + 12}\" role=\"img\" ");
        svg.Raw($"aria-label=\"{title}\">");
        svg.Raw($"<text class=\"title\" x=\"0\" y=\"9\">{title}</text><g transform=\"translate({Margin} {Margin + 12})\">");
        svg.Raw($"<path class=\"frame\" d=\"M0 0H{Cell}{Staircase(n)}H0Z\"/>");
        for (int shade = 1; shade <= Shades; shade++)
        {
            // One path for each shade keeps a page with a thousand heads small.
            var cells = new StringBuilder();
            for (int i = 0; i < n * n; i++)
            {
                if (Shade(attention[i]) == shade)
                {
                    cells.Append('M').Append(i % n * Cell).Append(' ').Append(i / n * Cell).Append('h').Append(Cell)
                        .Append('v').Append(Cell).Append("h-").Append(Cell).Append('z');
                }
            }

            if (cells.Length > 0)
            {
                svg.Raw($"<path class=\"s{shade}\" d=\"{cells.ToString()}\"/>");
            }
        }

        for (int i = 0; i < n; i++)
        {
            string label = Svg.Label(tokens[i].Text);
            svg.Raw($"<text x=\"-3\" y=\"{(i * Cell) + 9}\" text-anchor=\"end\">{label}</text>");
            svg.Raw($"<text transform=\"translate({(i * Cell) + 9} -3) rotate(-90)\">{label}</text>");
        }

        return svg.Raw($"</g></svg>");
    }

    private static int Shade(float attention) => attention < 0.02f ? 0 : Math.Clamp((int)Math.Ceiling(attention * Shades), 1, Shades);

    /// <summary>The outline of the causal mask.</summary>
    private static string Staircase(int n)
    {
        var path = new StringBuilder();
        for (int i = 1; i < n; i++)
        {
            path.Append('v').Append(Cell).Append('h').Append(Cell);
        }

        return path.Append('v').Append(Cell).ToString();
    }
}
