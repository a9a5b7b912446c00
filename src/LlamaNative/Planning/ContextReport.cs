using System.Globalization;
using System.Text.RegularExpressions;

namespace LlamaNative.Planning;

/// <summary>
/// Reads what llama.cpp says of a context's memory while it makes one, which it has no call for in C. The lines are those of
/// llama-kv-cache.cpp, llama-memory-recurrent.cpp, llama-kv-cache-dsv4.cpp and llama-context.cpp in the pinned release.
/// </summary>
internal sealed partial class ContextReport
{
    private readonly Dictionary<string, double> _cache = [];
    private readonly Dictionary<string, double> _compute = [];

    public ContextReport(IReadOnlyList<string> log)
    {
        var layers = new Dictionary<string, int>();
        foreach (string line in log)
        {
            if (Layer().Match(line) is { Success: true } layer)
            {
                layers[layer.Groups[1].Value] = layers.GetValueOrDefault(layer.Groups[1].Value) + 1;
            }
            else if (CacheTotal().Match(line) is { Success: true } total)
            {
                // The buffers are empty while planning, so the whole is shared out by the layers counted before it.
                int count = Math.Max(1, layers.Values.Sum());
                foreach ((string device, int part) in layers)
                {
                    Add(_cache, device, Number(total.Groups[1]) * part / count);
                }

                layers.Clear();
            }
            else if (StateBuffer().Match(line) is { Success: true } state)
            {
                Add(_cache, state.Groups[1].Value, Number(state.Groups[2]));
                layers.Clear();
            }
            else if (ComputeBuffer().Match(line) is { Success: true } buffer)
            {
                Add(_compute, buffer.Groups[1].Value, Number(buffer.Groups[2]));
            }
        }
    }

    public long Cache(DeviceInfo device, IReadOnlyList<DeviceInfo> devices) => Sum(_cache, device, devices);

    public long Compute(DeviceInfo device, IReadOnlyList<DeviceInfo> devices) => Sum(_compute, device, devices);

    /// <summary>Whose memory a buffer is: a GPU's when it has its name, else the host's, as <c>CPU_REPACK</c> and <c>CUDA_Host</c>.</summary>
    public static DeviceInfo OwnerOf(string buffer, IReadOnlyList<DeviceInfo> devices) =>
        devices.FirstOrDefault(device => device.IsGpu && (buffer == device.Name || buffer.StartsWith(device.Name + "_", StringComparison.Ordinal)))
        ?? devices.First(device => device.Kind == DeviceKind.Cpu);

    private static long Sum(Dictionary<string, double> buffers, DeviceInfo device, IReadOnlyList<DeviceInfo> devices) =>
        (long)(buffers.Where(buffer => OwnerOf(buffer.Key, devices) == device).Sum(buffer => buffer.Value) * (1 << 20));

    private static void Add(Dictionary<string, double> to, string name, double mebibytes) => to[name] = to.GetValueOrDefault(name) + mebibytes;

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^llama_kv_cache: layer +[0-9]+: dev = (\S+)")]
    private static partial Regex Layer();

    [GeneratedRegex(@"^llama_kv_cache: size = +([0-9.]+) MiB \(")]
    private static partial Regex CacheTotal();

    [GeneratedRegex(@": +(\S+) (?:RS|DSV4 \S+ state) buffer size = +([0-9.]+) MiB")]
    private static partial Regex StateBuffer();

    [GeneratedRegex(@": +(\S+) +(?:compute|output) buffer size = +([0-9.]+) MiB")]
    private static partial Regex ComputeBuffer();
}
