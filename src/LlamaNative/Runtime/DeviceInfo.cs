using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>A device that ggml can compute on.</summary>
/// <param name="Name">ggml's short name, e.g. <c>CPU</c>, <c>CUDA0</c>, <c>Vulkan0</c>.</param>
/// <param name="Description">The name of the hardware.</param>
/// <param name="Kind">The kind of hardware.</param>
/// <param name="Backend">The ggml backend that drives it.</param>
/// <param name="FreeBytes">Free memory in bytes at the time of the query. For the CPU, the memory available without swapping, within the
/// container's limit.</param>
/// <param name="TotalBytes">Total memory in bytes.</param>
public sealed record DeviceInfo(string Name, string Description, DeviceKind Kind, string Backend, long FreeBytes, long TotalBytes)
{
    /// <summary>Whether model layers can be offloaded to the device.</summary>
    public bool IsGpu => Kind is DeviceKind.Gpu or DeviceKind.IntegratedGpu;

    /// <summary>Whether any GPU is present. Cheaper than reading all device properties.</summary>
    internal static bool AnyGpu =>
        GgmlDevices.ggml_backend_dev_by_type(GgmlBackendDevType.Gpu) != 0
        || GgmlDevices.ggml_backend_dev_by_type(GgmlBackendDevType.Igpu) != 0;

    internal static unsafe IReadOnlyList<DeviceInfo> ReadAll()
    {
        var devices = new List<DeviceInfo>();
        nuint count = GgmlDevices.ggml_backend_dev_count();
        for (nuint i = 0; i < count; i++)
        {
            nint device = GgmlDevices.ggml_backend_dev_get(i);
            ggml_backend_dev_props properties = default;
            GgmlDevices.ggml_backend_dev_get_props(device, &properties);
            nint registry = GgmlDevices.ggml_backend_dev_backend_reg(device);

            // ggml reports all host memory as free, except on Windows.
            (long free, long total) = properties.type == GgmlBackendDevType.Cpu
                ? (HostMemory.Available, HostMemory.Total)
                : ((long)properties.memory_free, (long)properties.memory_total);
            devices.Add(new DeviceInfo(
                NativeText.Read(properties.name) ?? "?",
                NativeText.Read(properties.description) ?? "",
                (DeviceKind)properties.type,
                NativeText.Read(GgmlDevices.ggml_backend_reg_name(registry)) ?? "?",
                free,
                total));
        }

        return devices;
    }
}
