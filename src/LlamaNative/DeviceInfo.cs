using LlamaNative.Interop;
using LlamaNative.Platform;

namespace LlamaNative;

/// <summary>What kind of hardware a device is; the values are those of <c>ggml_backend_dev_type</c>.</summary>
public enum DeviceKind
{
    /// <summary>The CPU with system memory.</summary>
    Cpu = 0,

    /// <summary>A graphics processor with its own memory.</summary>
    Gpu = 1,

    /// <summary>A graphics processor that shares system memory.</summary>
    IntegratedGpu = 2,

    /// <summary>An accelerator used together with the CPU (BLAS, AMX).</summary>
    Accelerator = 3,

    /// <summary>Several devices joined for tensor parallelism.</summary>
    Meta = 4,
}

/// <summary>A device that ggml can compute on.</summary>
/// <param name="Name">ggml's short name, e.g. <c>CPU</c>, <c>CUDA0</c>, <c>Vulkan0</c>.</param>
/// <param name="Description">The hardware's own name.</param>
/// <param name="Kind">What kind of hardware it is.</param>
/// <param name="Backend">The ggml backend that drives it.</param>
/// <param name="FreeBytes">Bytes free when asked; of the CPU what the system can give without swapping, within its container's limit.</param>
/// <param name="TotalBytes">Bytes in all.</param>
public sealed record DeviceInfo(string Name, string Description, DeviceKind Kind, string Backend, long FreeBytes, long TotalBytes)
{
    /// <summary>Whether model layers can be offloaded to it.</summary>
    public bool IsGpu => Kind is DeviceKind.Gpu or DeviceKind.IntegratedGpu;

    /// <summary>Whether there is a GPU at all, which is less to ask than what it is.</summary>
    internal static bool AnyGpu =>
        GgmlDevices.ggml_backend_dev_by_type((int)DeviceKind.Gpu) != 0 || GgmlDevices.ggml_backend_dev_by_type((int)DeviceKind.IntegratedGpu) != 0;

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
            (long free, long total) = (DeviceKind)properties.type == DeviceKind.Cpu
                ? (HostMemory.Available, HostMemory.Total)
                : ((long)properties.memory_free, (long)properties.memory_total);
            devices.Add(new DeviceInfo(
                Utf8.Read(properties.name) ?? "?",
                Utf8.Read(properties.description) ?? "",
                (DeviceKind)properties.type,
                Utf8.Read(GgmlDevices.ggml_backend_reg_name(registry)) ?? "?",
                free,
                total));
        }

        return devices;
    }
}
