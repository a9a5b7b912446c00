namespace LlamaNative.Interop;

/// <summary>The memory that llama.cpp logs when it creates a context, in MiB per buffer.</summary>
internal sealed class ContextLog
{
    private const string Operation = "while creating a context";
    private readonly Dictionary<string, int> _layers = [];

    /// <param name="lines">All lines logged during the creation.</param>
    /// <param name="hasMemory">Whether the context has a memory (<c>llama_get_memory</c>). The context of an encoder has none.</param>
    /// <exception cref="MissingLogLineException">A buffer that every context has was not logged.</exception>
    public ContextLog(IReadOnlyList<string> lines, bool hasMemory)
    {
        (bool memory, bool output, bool compute) = (false, false, false);
        foreach (string line in lines)
        {
            if (LogLines.CacheLayer.TryRead(line, out LogValues? layer))
            {
                _layers[layer.Text(1)] = _layers.GetValueOrDefault(layer.Text(1)) + 1;
            }
            else if (LogLines.CacheTotal.TryRead(line, out LogValues? total))
            {
                ShareOut(total.Number(0), total.Integer(2));
                memory = true;
            }
            else if (LogLines.RecurrentBuffer.TryRead(line, out LogValues? state))
            {
                Add(Cache, state.Text(0), state.Number(1));
                memory = true;
            }
            else if (LogLines.CompressedBuffer.TryRead(line, out LogValues? compressed))
            {
                Add(Cache, compressed.Text(0), compressed.Number(2));
                memory = true;
            }
            else if (LogLines.OutputBuffer.TryRead(line, out LogValues? outputs))
            {
                Add(Compute, outputs.Text(0), outputs.Number(1));
                output = true;
            }
            else if (LogLines.ComputeBuffer.TryRead(line, out LogValues? buffer))
            {
                Add(Compute, buffer.Text(0), buffer.Number(1));
                compute = true;
            }
        }

        MissingLogLineException.ThrowUnless(
            memory || !hasMemory, Operation, LogLines.CacheTotal, LogLines.RecurrentBuffer, LogLines.CompressedBuffer);
        MissingLogLineException.ThrowUnless(output, Operation, LogLines.OutputBuffer);
        MissingLogLineException.ThrowUnless(compute, Operation, LogLines.ComputeBuffer);
    }

    public Dictionary<string, double> Cache { get; } = [];

    public Dictionary<string, double> Compute { get; } = [];

    // Buffers are empty during planning, so the total is divided by the layers logged before it.
    private void ShareOut(double mebibytes, int layers)
    {
        MissingLogLineException.ThrowUnless(
            _layers.Values.Sum() == layers, $"for each of {layers} layers {Operation}", LogLines.CacheLayer);
        foreach ((string device, int part) in _layers)
        {
            Add(Cache, device, mebibytes * part / layers);
        }

        _layers.Clear();
    }

    private static void Add(Dictionary<string, double> to, string name, double mebibytes) =>
        to[name] = to.GetValueOrDefault(name) + mebibytes;
}
