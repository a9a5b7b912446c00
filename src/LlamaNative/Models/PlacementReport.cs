using System.Globalization;
using System.Text.RegularExpressions;

namespace LlamaNative.Models;

/// <summary>
/// Reads what llama.cpp says of placement while it loads: its interface has no call for it. The lines are those of
/// <c>llama_model::load_tensors</c> in the pinned release (src/llama-model.cpp).
/// </summary>
internal static partial class PlacementReport
{
    public static ModelPlacement Read(IReadOnlyList<string> log)
    {
        var buffers = new List<WeightBuffer>();
        int offloaded = 0;
        int layers = 0;
        foreach (string line in log)
        {
            if (Buffer().Match(line) is { Success: true } buffer)
            {
                buffers.Add(new WeightBuffer(buffer.Groups[1].Value, double.Parse(buffer.Groups[2].Value, CultureInfo.InvariantCulture)));
            }
            else if (Offloaded().Match(line) is { Success: true } layer)
            {
                offloaded = int.Parse(layer.Groups[1].Value, CultureInfo.InvariantCulture);
                layers = int.Parse(layer.Groups[2].Value, CultureInfo.InvariantCulture);
            }
        }

        return new ModelPlacement(buffers, offloaded, layers);
    }

    [GeneratedRegex(@"load_tensors:\s+(\S+) model buffer size =\s+([0-9.]+) MiB")]
    private static partial Regex Buffer();

    [GeneratedRegex(@"load_tensors: offloaded ([0-9]+)/([0-9]+) layers to GPU")]
    private static partial Regex Offloaded();
}
