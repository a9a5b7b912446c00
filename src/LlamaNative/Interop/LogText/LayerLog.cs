namespace LlamaNative.Interop;

/// <summary>What llama.cpp logs of layers and tensors, one by one, while it loads a model.</summary>
internal sealed class LayerLog
{
    /// <param name="lines">All lines of a loading.</param>
    /// <param name="layers">The repeating layers of the model, which the output follows.</param>
    /// <param name="hasOverrides">Whether a tensor was asked onto another device than its layer's.</param>
    /// <exception cref="MissingLogLineException">The device of a layer was not logged, or none of the tensors asked elsewhere.</exception>
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
            $"for each of {layers} layers and the output while it loads a model",
            LogLines.LayerDevice);
        MissingLogLineException.ThrowUnless(
            Overrides.Count > 0 || !hasOverrides, "for a tensor asked onto another device than its layer's", LogLines.TensorOverride);
    }

    /// <summary>The device of each layer; the output is the last one.</summary>
    public Dictionary<int, string> Devices { get; } = [];

    /// <summary>The buffer types of the tensors asked elsewhere, by tensor.</summary>
    public Dictionary<string, string> Overrides { get; } = [];
}
