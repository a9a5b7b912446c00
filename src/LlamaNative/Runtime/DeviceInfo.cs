using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>A device that ggml can compute on.</summary>
/// <param name="Name">ggml's short name, e.g. <c>CPU</c>, <c>CUDA0</c>, <c>Vulkan0</c>.</param>
/// <param name="Description">The hardware's own name.</param>
/// <param name="Kind">What kind of hardware it is.</param>
/// <param name="Backend">The ggml backend that drives it.</param>
/// <param name="FreeBytes">Bytes free when asked; of the CPU what the system can give without swapping, within its container's
/// limit.</param>
/// <param name="TotalBytes">Bytes in all.</param>
public sealed record DeviceInfo(string Name, string Description, DeviceKind Kind, string Backend, long FreeBytes, long TotalBytes)
{
    /// <summary>Whether model layers can be offloaded to it.</summary>
    public bool IsGpu => Kind is DeviceKind.Gpu or DeviceKind.IntegratedGpu;

    /// <summary>Whether there is a GPU at all, which is less to ask than what it is.</summary>
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
            ggml_backend_dev_props properties;
            GgmlDevices.ggml_backend_dev_get_props(device, &properties);
            nint registry = GgmlDevices.ggml_backend_dev_backend_reg(device);

            // ggml calls all of the host's memory free, except on Windows.
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
