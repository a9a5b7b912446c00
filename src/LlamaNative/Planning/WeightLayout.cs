using System.Globalization;
using System.Text.RegularExpressions;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative.Planning;

/// <summary>
/// The buffer of each weight: the device that llama.cpp assigned to its layer when loading without weights, and on the CPU the
/// repacking buffer type that accepts it, if any (llama_model_loader::create_tensor and llama_model::load_tensors of the pinned
/// release).
/// </summary>
internal sealed partial class WeightLayout
{
    private const string Mapping = "CPU_Mapped";
    private const string Embedding = "token_embd.weight";

    /// <summary>Tensors that are looked up, not multiplied; they stay on the CPU even with offloading.</summary>
    private static readonly string[] s_inputs = ["token_embd", "position_embd", "token_types", "per_layer_token_embd", "masked_embd"];

    private readonly IReadOnlyList<DeviceInfo> _devices;
    private readonly LayerLog _log;
    private readonly SortedDictionary<string, long> _buffers = new(StringComparer.Ordinal);
    private readonly bool _maps;

    public WeightLayout(GgufFile file, ModelOptions options, IReadOnlyList<string> log, int layers, IReadOnlyList<DeviceInfo> devices)
    {
        _devices = devices;
        _maps = options.LoadMode is ModelLoadMode.MemoryMap or ModelLoadMode.MemoryMapAndLock or ModelLoadMode.Auto;
        _log = new LayerLog(log, layers, HasOverrides(file, options.TensorPlacements, layers));
        var hostTypes = new HostBufferTypes(options.UseExtraBufferTypes, devices);
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            Place(tensor, DeviceOf(tensor), isLookedUp: IsInput(tensor.Name), hostTypes);
        }

        // Without an output matrix the token embedding serves as one; it is duplicated if the output would be on another device
        // or repacked.
        if (!file.Tensors.TryGet("output.weight", out _) && file.Tensors.TryGet(Embedding, out GgufTensorInfo? tied))
        {
            string first = BufferOf(tied, CpuName, isLookedUp: true, hostTypes);
            string device = _log.Devices.GetValueOrDefault(LayerCount - 1, CpuName);
            if (BufferOf(tied, device, isLookedUp: false, hostTypes) != first)
            {
                Place(tied, device, isLookedUp: false, hostTypes);
            }
        }

        Placement = new ModelPlacement([.. Buffers(file)], OffloadedLayers, devices.Any(device => device.IsGpu) ? LayerCount : 0);
    }

    /// <summary>The repeating layers plus the output layer.</summary>
    public int LayerCount => _log.Devices.Count;

    /// <summary>Bytes of weights used directly from the mapped file.</summary>
    public long Mapped => _buffers.GetValueOrDefault(Mapping);

    /// <summary>The buffers, with the sizes that llama.cpp would report.</summary>
    public ModelPlacement Placement { get; }

    private string CpuName => _devices.First(device => device.Kind == DeviceKind.Cpu).Name;

    private int OffloadedLayers => _log.Devices.Values.Count(name => name != CpuName);

    private List<GgufTensorInfo> MappedTensors { get; } = [];

    /// <summary>Bytes of weights allocated on a device.</summary>
    public long Allocated(DeviceInfo device) =>
        _buffers.Where(buffer => buffer.Key != Mapping && ContextReport.OwnerOf(buffer.Key, _devices) == device)
            .Sum(buffer => buffer.Value);

    private static bool IsInput(string name) => s_inputs.Any(input => name.StartsWith(input, StringComparison.Ordinal));

    /// <summary>Whether a layer's tensor is used; llama.cpp may ignore others in the file.</summary>
    private static bool HasOverrides(GgufFile file, IReadOnlyList<TensorPlacement> placements, int layers) =>
        placements.Count > 0 && file.Tensors.Any(tensor => LayerOf(tensor) < layers
            && placements.Any(placement => Regex.IsMatch(tensor.Name, placement.Pattern, RegexOptions.ECMAScript)));

    private static int? LayerOf(GgufTensorInfo tensor) => Block().Match(tensor.Name) is { Success: true } block
        ? int.Parse(block.Groups[1].Value, CultureInfo.InvariantCulture)
        : null;

    private string DeviceOf(GgufTensorInfo tensor)
    {
        int layer = LayerOf(tensor) ?? LayerCount - 1;
        return IsInput(tensor.Name) ? CpuName : _log.Devices.GetValueOrDefault(layer, CpuName);
    }

    private string BufferOf(GgufTensorInfo tensor, string device, bool isLookedUp, HostBufferTypes hostTypes)
    {
        string name = _log.Overrides.GetValueOrDefault(tensor.Name, device);
        if (name != CpuName)
        {
            return name;
        }

        // Weights that are not repacked are used directly from the mapped file.
        string? repacked = isLookedUp ? null : hostTypes.Choose(tensor);
        return repacked ?? (_maps ? Mapping : hostTypes.Default);
    }

    private void Place(GgufTensorInfo tensor, string device, bool isLookedUp, HostBufferTypes hostTypes)
    {
        string buffer = BufferOf(tensor, device, isLookedUp, hostTypes);
        _buffers[buffer] = _buffers.GetValueOrDefault(buffer)
            + (buffer == Mapping ? tensor.ByteCount : hostTypes.AllocatedSize(tensor, buffer));
        if (buffer == Mapping)
        {
            MappedTensors.Add(tensor);
        }
    }

    /// <summary>A split file is mapped from its first used tensor to its last, including unused bytes between them.</summary>
    private IEnumerable<WeightBuffer> Buffers(GgufFile file)
    {
        foreach (IGrouping<int, GgufTensorInfo> part in MappedTensors.GroupBy(tensor => tensor.Part))
        {
            yield return new WeightBuffer(Mapping,
                part.Max(tensor => tensor.Offset + tensor.ByteCount) - part.Min(tensor => tensor.Offset));
        }

        foreach ((string name, long bytes) in _buffers.Where(buffer => buffer.Key != Mapping))
        {
            yield return new WeightBuffer(name, bytes);
        }
    }

    [GeneratedRegex(@"blk\.([0-9]+)\.")]
    private static partial Regex Block();
}
