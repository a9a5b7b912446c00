using System.Numerics.Tensors;
using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Merging.Planning;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Execution;

/// <summary>Encodes an output tensor's rows in its type. Results are rounded only here.</summary>
internal sealed class EncodingSink(GgufWriter writer, TensorPlan plan) : IRowSink
{
    private readonly int _rowLength = (int)plan.Spec.Shape[0];

    public int RowBytes { get; } = checked((int)GgmlTypeInfo.Of(plan.Type).RowSize(plan.Spec.Shape[0]));

    public void Encode(long firstRow, int count, ReadOnlySpan<float> rows, Span<byte> bytes)
    {
        // The largest half is 65504; values from halfway to the next one round to infinity.
        float limit = plan.Type == GgmlType.F16 ? 65520f : float.PositiveInfinity;
        int worst = TensorPrimitives.IndexOfMaxMagnitude(rows);
        if (worst >= 0 && !(Math.Abs(rows[worst]) < limit))
        {
            throw new MergeException(
                $"row {firstRow + (worst / _rowLength)}, element {worst % _rowLength} of the result is {rows[worst]}, which "
                + $"{GgmlTypeInfo.Of(plan.Type).Name} cannot represent; choose another OutputType", tensor: plan.Name);
        }

        if (FloatEncoding.Supports(plan.Type))
        {
            FloatEncoding.Encode(plan.Type, rows, bytes);
            return;
        }

        try
        {
            Quantizer.Quantize(plan.Type, rows, _rowLength, bytes);
        }
        catch (Exception error) when (error is ArgumentException or LlamaException and not MergeException)
        {
            throw new MergeException($"cannot quantize the result: {error.Message}", tensor: plan.Name, innerException: error);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes) => writer.Write(bytes);
}

/// <summary>Copies the input's bytes after its values were checked.</summary>
internal sealed class CopyingSink(GgufWriter writer, TensorPlan plan, TensorRowSource source) : IRowSink
{
    public int RowBytes { get; } = checked((int)GgmlTypeInfo.Of(plan.Type).RowSize(plan.Spec.Shape[0]));

    public void Encode(long firstRow, int count, ReadOnlySpan<float> rows, Span<byte> bytes) => source.ReadBytes(firstRow, count, bytes);

    public void Write(ReadOnlySpan<byte> bytes) => writer.Write(bytes);
}
