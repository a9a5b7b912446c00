namespace LlamaNative.Cli.Bench;

/// <summary>The settings shared by all tests of a report.</summary>
internal sealed record BenchSetup(LlamaModel Model, string ModelPath, int? GpuLayers, IReadOnlyList<DeviceInfo> Devices)
{
    /// <summary>The backends other than the CPU's, or the CPU's if there are no others.</summary>
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
