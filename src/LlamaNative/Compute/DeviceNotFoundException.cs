namespace LlamaNative.Compute;

/// <summary>A device was asked for that ggml does not see.</summary>
public sealed class DeviceNotFoundException : LlamaException
{
    internal DeviceNotFoundException(string deviceName, IReadOnlyList<DeviceInfo> devices)
        : base(
            $"There is no device '{deviceName}'; ggml sees "
            + $"{string.Join(", ", devices.Select(device => $"{device.Name} ({device.Description})"))}. "
            + "A GPU needs a GPU build of the native library and its driver.") => DeviceName = deviceName;

    /// <summary>The name asked for.</summary>
    public string DeviceName { get; }
}
