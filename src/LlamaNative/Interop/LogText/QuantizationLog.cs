namespace LlamaNative.Interop;

/// <summary>The tensors that llama.cpp logs in a dry run of <c>llama_model_quantize</c>, in order.</summary>
internal sealed class QuantizationLog
{
    /// <param name="lines">All lines logged during the run.</param>
    /// <param name="tensors">The number of tensors of the result.</param>
    /// <exception cref="MissingLogLineException">A tensor or its new type was not logged.</exception>
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
            read.Count == tensors, $"for each of {tensors} tensors to quantize", LogLines.QuantizedTensor);
        Tensors = read;
    }

    /// <summary>The tensors of the result with the name of their new type; null if a tensor is not converted.</summary>
    public IReadOnlyList<(string Name, string? Type)> Tensors { get; }

    private static void ThrowIfOpen(string? tensor) =>
        MissingLogLineException.ThrowUnless(tensor is null, $"after the tensor '{tensor}'", LogLines.NewType, LogLines.SameType);
}
