namespace LlamaNative.Interop;

/// <summary>What llama.cpp logs of each tensor in a dry run of <c>llama_model_quantize</c>, in its order.</summary>
internal sealed class QuantizationLog
{
    /// <param name="lines">All lines of the run.</param>
    /// <param name="tensors">How many tensors the result has.</param>
    /// <exception cref="MissingLogLineException">A tensor was not logged, or not what becomes of it.</exception>
    public QuantizationLog(IReadOnlyList<string> lines, int tensors)
    {
        var read = new List<(string, string?)>();
        string? open = null;
        foreach (string line in lines)
        {
            if (LogLines.QuantizedTensor.TryRead(line, out LogValues? tensor))
            {
                ThrowIfOpen(open);
                open = tensor.Text(2);
            }
            else if (open is not null && LogLines.NewType.TryRead(line, out LogValues? converted))
            {
                read.Add((open, converted.Text(2)));
                open = null;
            }
            else if (open is not null && LogLines.SameType.TryRead(line, out _))
            {
                read.Add((open, null));
                open = null;
            }
        }

        ThrowIfOpen(open);
        MissingLogLineException.ThrowUnless(
            read.Count == tensors, $"for each of {tensors} tensors that it quantizes", LogLines.QuantizedTensor);
        Tensors = read;
    }

    /// <summary>The tensors of the result, with the name of the type each is converted to; null where it stays as it is.</summary>
    public IReadOnlyList<(string Name, string? Type)> Tensors { get; }

    private static void ThrowIfOpen(string? tensor) =>
        MissingLogLineException.ThrowUnless(tensor is null, $"after '{tensor}', which it quantizes", LogLines.NewType, LogLines.SameType);
}
