namespace LlamaNative.Compute;

/// <summary>The requested device does not exist or is not visible to ggml.</summary>
public sealed class DeviceNotFoundException : LlamaException
{
    internal DeviceNotFoundException(string deviceName, IReadOnlyList<DeviceInfo> devices)
        : base(
            $"There is no device '{deviceName}'. The available devices are "
            + $"{string.Join(", ", devices.Select(device => $"{device.Name} ({device.Description})"))}. "
            + "A GPU requires a GPU build of the native library and the GPU's driver.") => DeviceName = deviceName;

    /// <summary>The requested name.</summary>
    public string DeviceName { get; }
}
