using System.Globalization;

namespace LlamaNative.Planning;

/// <summary>
/// A model and context do not fit into free memory, even in the smallest configuration that the options allow.
/// </summary>
public sealed class ModelTooLargeException : LlamaException
{
    internal ModelTooLargeException(MemoryPlan least, DeviceMemory device, long room)
        : base(
            $"'{least.Path}' with a context of {least.ContextSize} tokens needs {Size(device.NeededBytes)} on {device.Name}, "
            + $"where {Size(device.FreeBytes)} are free"
            + $" and {Size(room)} may be used: weights {Size(device.WeightBytes + device.MappedWeightBytes)}, cache "
            + $"{Size(device.CacheBytes)}, compute {Size(device.ComputeBytes)}. "
            + "Use a smaller quantization, a smaller context or micro-batch, a quantized cache type, or fewer layers on the GPU.")
    {
        Least = least;
        Device = device;
    }

    /// <summary>The smallest plan that was tried.</summary>
    public MemoryPlan Least { get; }

    /// <summary>The first device with insufficient memory.</summary>
    public DeviceMemory Device { get; }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):F0} MiB");
}
