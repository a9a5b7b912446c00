namespace LlamaNative.Interop;

/// <summary>The layers and tensors that llama.cpp logs individually while it loads a model.</summary>
internal sealed class LayerLog
{
    /// <param name="lines">All lines logged during loading.</param>
    /// <param name="layers">The number of repeating layers of the model, without the output layer.</param>
    /// <param name="hasOverrides">Whether an option places a tensor on a device other than that of its layer.</param>
    /// <exception cref="MissingLogLineException">The device of a layer was not logged, or none of the placed tensors was.</exception>
    public LayerLog(IReadOnlyList<string> lines, int layers, bool hasOverrides)
    {
        foreach (string line in lines)
        {
            if (LogLines.LayerDevice.TryRead(line, out LogValues? layer))
            {
                Devices[layer.Integer(0)] = layer.Text(1);
            }
            else if (LogLines.TensorOverride.TryRead(line, out LogValues? tensor))
            {
                Overrides[tensor.Text(0)] = tensor.Text(3);
            }
        }

        MissingLogLineException.ThrowUnless(
            Enumerable.Range(0, layers + 1).All(Devices.ContainsKey),
            $"for each of {layers} layers and the output layer while loading a model",
            LogLines.LayerDevice);
        MissingLogLineException.ThrowUnless(
            Overrides.Count > 0 || !hasOverrides, "for a tensor placed on a device other than that of its layer", LogLines.TensorOverride);
    }

    /// <summary>The device of each layer. The last one is the output layer.</summary>
    public Dictionary<int, string> Devices { get; } = [];

    /// <summary>The buffer types of the placed tensors, by tensor name.</summary>
    public Dictionary<string, string> Overrides { get; } = [];
}
