namespace LlamaNative.Interop;

/// <summary>The weight buffers that llama.cpp logs while it loads a model.</summary>
internal sealed class PlacementLog
{
    private const string Operation = "while loading a model";

    /// <param name="lines">The lines that begin with <see cref="LogLines.Placement"/>; other lines are ignored.</param>
    /// <param name="canOffload">Whether a device supports offloading (<c>llama_supports_gpu_offload</c>).</param>
    /// <exception cref="MissingLogLineException">No buffer was logged, or the number of offloaded layers was not.</exception>
    public PlacementLog(IReadOnlyList<string> lines, bool canOffload)
    {
        var buffers = new List<(string, double)>();
        bool isOffloadLogged = false;
        foreach (string line in lines)
        {
            if (LogLines.ModelBuffer.TryRead(line, out LogValues? buffer))
            {
                buffers.Add((buffer.Text(0), buffer.Number(1)));
            }
            else if (LogLines.OffloadedLayers.TryRead(line, out LogValues? offloaded))
            {
                isOffloadLogged = true;
                (OffloadedLayers, Layers) = (offloaded.Integer(0), offloaded.Integer(1));
            }
        }

        MissingLogLineException.ThrowUnless(buffers.Count > 0, Operation, LogLines.ModelBuffer);
        MissingLogLineException.ThrowUnless(isOffloadLogged || !canOffload, Operation, LogLines.OffloadedLayers);
        Buffers = buffers;
    }

    public IReadOnlyList<(string Name, double Mebibytes)> Buffers { get; }

    /// <summary>The number of layers on a GPU, out of <see cref="Layers"/>. Both include the output layer.</summary>
    public int OffloadedLayers { get; }

    public int Layers { get; }
}
