using Llama3FromScratch.Trace;

namespace Llama3FromScratch.Page;

/// <summary>
/// RoPE: each pair of a query's numbers is a point on a circle, rotated by the position; the first pairs rotate fast, the
/// last ones hardly at all.
/// </summary>
internal static class RopePicture
{
    private const int Most = 8;
    private const int Radius = 60;

    public static Svg Draw(IReadOnlyList<RopePair> pairs, int position)
    {
        var page = new Svg();
        foreach (int i in Chosen(pairs.Count))
        {
            RopePair pair = pairs[i];
            double length = Math.Sqrt((pair.X * pair.X) + (pair.Y * pair.Y));
            double scale = length == 0 ? 0 : Radius / length;
            double degrees = pair.Turn * position * 180 / Math.PI;
            page.Raw($"<figure><svg viewBox=\"-75 -75 150 150\" width=\"150\" height=\"150\" role=\"img\" aria-label=\"pair {i}\">");
            page.Raw($"<circle class=\"frame\" r=\"{Radius}\"/><path class=\"axis\" d=\"M-70 0H70M0 -70V70\"/>");
            for (int step = 0; step <= position; step++)
            {
                // Where the pair would point at each position up to this one.
                double angle = Math.Atan2(pair.Y, pair.X) + (pair.Turn * step);
                page.Raw($"<circle class=\"dot\" cx=\"{Radius * Math.Cos(angle)}\" cy=\"{-Radius * Math.Sin(angle)}\" r=\"2\"/>");
            }

            page.Raw($"<path class=\"before\" d=\"M0 0L{pair.X * scale} {-pair.Y * scale}\"/>");
            page.Raw($"<path class=\"after\" d=\"M0 0L{pair.TurnedX * scale} {-pair.TurnedY * scale}\"/></svg>");
            page.Raw(
                $"<figcaption>pair {i}: {pair.Turn * 180 / Math.PI:0.###}° per position, ")
                .Raw($"{degrees:0.#}° at {position}</figcaption></figure>");
        }

        return page;
    }

    /// <summary>Pairs evenly spread from the fastest to the slowest.</summary>
    private static IEnumerable<int> Chosen(int count) =>
        count <= Most ? Enumerable.Range(0, count) : Enumerable.Range(0, Most).Select(i => i * (count - 1) / (Most - 1));
}
