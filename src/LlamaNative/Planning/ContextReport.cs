using LlamaNative.Interop;

namespace LlamaNative.Planning;

/// <summary>A context's memory use per device, from llama.cpp's log of its creation.</summary>
internal sealed class ContextReport(ContextLog log)
{
    public long Cache(DeviceInfo device, IReadOnlyList<DeviceInfo> devices) => Sum(log.Cache, device, devices);

    public long Compute(DeviceInfo device, IReadOnlyList<DeviceInfo> devices) => Sum(log.Compute, device, devices);

    /// <summary>
    /// The device that owns a buffer: a GPU whose name matches, otherwise the host (e.g. <c>CPU_REPACK</c>, <c>CUDA_Host</c>).
    /// </summary>
    public static DeviceInfo OwnerOf(string buffer, IReadOnlyList<DeviceInfo> devices) =>
        devices.FirstOrDefault(
            device => device.IsGpu && (buffer == device.Name || buffer.StartsWith(device.Name + "_", StringComparison.Ordinal)))
        ?? devices.First(device => device.Kind == DeviceKind.Cpu);

    private static long Sum(Dictionary<string, double> buffers, DeviceInfo device, IReadOnlyList<DeviceInfo> devices) =>
        (long)(buffers.Where(buffer => OwnerOf(buffer.Key, devices) == device).Sum(buffer => buffer.Value) * (1 << 20));
}
