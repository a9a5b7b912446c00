using System.Buffers;
using System.Numerics.Tensors;
using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;
using LlamaNative.Merging.Planning;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Execution;

/// <summary>Rows of a tensor in a file, read with positioned reads and decoded to floats.</summary>
internal sealed class TensorRowSource(MergeModel model, GgufTensorInfo tensor) : IRowSource
{
    private readonly int _rowLength = RowLength(model, tensor);
    private readonly int _rowBytes = checked((int)GgmlTypeInfo.Of(tensor.Type).RowSize(tensor.Shape[0]));

    /// <summary>Upper limit on row length, above any real model's; longer rows would make blocks arbitrarily large.</summary>
    public const long MaxRowLength = 1 << 24;

    public void Read(long firstRow, int count, Span<float> destination)
    {
        int bytes = checked(count * _rowBytes);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            model.Read(tensor, firstRow * _rowBytes, buffer.AsSpan(0, bytes));
            Decode(tensor.Type, buffer.AsSpan(0, bytes), destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        RequireFinite(firstRow, destination);
    }

    /// <summary>Reads the bytes of rows without decoding.</summary>
    public void ReadBytes(long firstRow, int count, Span<byte> destination) =>
        model.Read(tensor, firstRow * _rowBytes, destination[..(count * _rowBytes)]);

    private static void Decode(GgmlType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        // Float types need no native library.
        if (FloatEncoding.Supports(type))
        {
            FloatEncoding.Decode(type, source, destination);
        }
        else
        {
            Quantizer.Dequantize(type, source, destination);
        }
    }

    private void RequireFinite(long firstRow, ReadOnlySpan<float> values)
    {
        if (TensorPrimitives.IsFiniteAll(values))
        {
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new MergeException(
                    $"row {firstRow + (i / _rowLength)}, element {i % _rowLength} is {values[i]}; weights must be finite",
                    model.Path, tensor.Name);
            }
        }
    }

    private static int RowLength(MergeModel model, GgufTensorInfo tensor) =>
        tensor.Shape[0] <= MaxRowLength
            ? (int)tensor.Shape[0]
            : throw new MergeException($"rows have {tensor.Shape[0]} elements; the maximum is {MaxRowLength}", model.Path, tensor.Name);
}
