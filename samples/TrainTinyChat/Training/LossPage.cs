using System.Globalization;
using System.Text;

namespace TrainTinyChat.Training;

/// <summary>Writes the loss curve as a self-contained HTML file.</summary>
internal static class LossPage
{
    private const int Width = 900;
    private const int Height = 420;
    private const int Left = 60;
    private const int Bottom = 40;
    private const int Points = 400;

    /// <param name="path">The file to write.</param>
    /// <param name="title">The title of the page.</param>
    /// <param name="losses">The loss of every step.</param>
    /// <param name="heldOut">Losses on held-out text, by step; null or empty if there are none.</param>
    public static void Write(string path, string title, IReadOnlyList<float> losses, IReadOnlyList<(int Step, float Loss)>? heldOut = null)
    {
        (double Step, double Loss)[] curve = [.. Mean(losses)];
        double top = Math.Log10(Math.Max(curve.Max(point => point.Loss), 1e-3)),
            low = Math.Log10(Math.Max(curve.Min(point => point.Loss), 1e-4));
        if (top - low < 0.1)
        {
            (top, low) = (top + 0.05, low - 0.05);
        }

        double X(double step) => Left + (step / losses.Count * (Width - Left - 20));
        double Y(double loss) => 20 + ((top - Math.Log10(Math.Max(loss, 1e-4))) / (top - low) * (Height - 20 - Bottom));
        string Line(IEnumerable<(double Step, double Loss)> points) =>
            string.Join(' ', points.Select(point => Text($"{X(point.Step):F1},{Y(point.Loss):F1}")));

        var page = new StringBuilder();
        page.Append(Text($"<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\n"));
        page.Append(
            "<style>body{font:15px sans-serif;margin:2em;color:#222}svg{border:1px solid #ccc}text{font-size:12px;fill:#555}</style>\n");
        page.Append(Text($"<h1>{title}</h1>\n<p>{losses.Count} steps, last loss {curve[^1].Loss:F4} (nats per token, logarithmic "));
        page.Append("scale; each point is the mean of its neighbours).</p>\n");
        page.Append(Text($"<svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\">\n"));
        for (int i = 0; i <= 4; i++)
        {
            double loss = Math.Pow(10, low + ((top - low) * i / 4));
            double step = (double)losses.Count * i / 4;
            page.Append(
                Text(
                    $"<line x1=\"{Left}\" x2=\"{Width - 20}\" y1=\"{Y(loss):F1}\" y2=\"{Y(loss):F1}\" stroke=\"#eee\"/>"));
            page.Append(Text($"<text x=\"8\" y=\"{Y(loss) + 4:F1}\">{loss:F3}</text>"));
            page.Append(Text($"<text x=\"{X(step):F1}\" y=\"{Height - 12}\" text-anchor=\"middle\">{step:F0}</text>\n"));
        }

        page.Append(Text($"<polyline fill=\"none\" stroke=\"#1668b8\" stroke-width=\"1.5\" points=\"{Line(curve)}\"/>\n"));
        if (heldOut is { Count: > 0 })
        {
            string points = Line(heldOut.Select(point => ((double)point.Step, (double)point.Loss)));
            page.Append(Text($"<polyline fill=\"none\" stroke=\"#c0392b\" stroke-width=\"2\" points=\"{points}\"/>\n"));
            page.Append(Text($"<text x=\"{Width - 170}\" y=\"36\">red: held out</text>\n"));
        }

        page.Append("</svg>\n</html>\n");
        File.WriteAllText(path, page.ToString());
    }

    private static IEnumerable<(double Step, double Loss)> Mean(IReadOnlyList<float> losses)
    {
        int run = Math.Max(1, losses.Count / Points);
        for (int i = 0; i < losses.Count; i += run)
        {
            int count = Math.Min(run, losses.Count - i);
            yield return (i + (count / 2.0), losses.Skip(i).Take(count).Average());
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
