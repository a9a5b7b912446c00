namespace LlamaNative.Cli.Bench;

/// <summary>What is the same for all tests of a report.</summary>
internal sealed record BenchSetup(LlamaModel Model, string ModelPath, int? GpuLayers, IReadOnlyList<DeviceInfo> Devices)
{
    /// <summary>The backends beside the CPU's, or that one.</summary>
    public string Backends
    {
        get
        {
            string[] others = [.. Devices.Select(device => device.Backend).Where(backend => backend != "CPU").Distinct()];
            return others.Length == 0 ? "CPU" : string.Join(',', others);
        }
    }

    public string CpuInfo => Describe(device => !device.IsGpu);

    public string GpuInfo => Describe(device => device.IsGpu);

    private string Describe(Func<DeviceInfo, bool> which) => string.Join(", ", Devices.Where(which).Select(device => device.Description));
}
