using System.Globalization;

namespace LlamaNative.Models;

/// <summary>
/// Reads what llama.cpp says of placement while it loads: its interface has no call for it. The lines are those of
/// <c>llama_model::load_tensors</c> in the pinned release (src/llama-model.cpp). No regular expressions: every loading would
/// wait for their library to be loaded and compiled.
/// </summary>
internal static class PlacementReport
{
    /// <summary>What these lines begin with.</summary>
    public const string Prefix = "load_tensors: ";

    private const string Offloaded = "offloaded ";
    private const string ToGpu = " layers to GPU";
    private const string BufferSize = " model buffer size = ";
    private const string Mebibytes = " MiB";

    public static ModelPlacement Read(IReadOnlyList<string> log)
    {
        var buffers = new List<WeightBuffer>();
        int offloaded = 0;
        int layers = 0;
        foreach (string line in log)
        {
            if (!line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            ReadOnlySpan<char> rest = line.AsSpan(Prefix.Length);
            if (rest.IndexOf(BufferSize) is > 0 and var name && rest.EndsWith(Mebibytes)
                && double.TryParse(rest[(name + BufferSize.Length)..^Mebibytes.Length], CultureInfo.InvariantCulture, out double mebibytes))
            {
                buffers.Add(new WeightBuffer(rest[..name].Trim().ToString(), (long)(mebibytes * (1 << 20))));
            }
            else if (rest.StartsWith(Offloaded) && rest.EndsWith(ToGpu) && rest.IndexOf('/') is > 0 and var slash
                && int.TryParse(rest[Offloaded.Length..slash], CultureInfo.InvariantCulture, out int some)
                && int.TryParse(rest[(slash + 1)..^ToGpu.Length], CultureInfo.InvariantCulture, out int all))
            {
                (offloaded, layers) = (some, all);
            }
        }

        return new ModelPlacement(buffers, offloaded, layers);
    }
}
