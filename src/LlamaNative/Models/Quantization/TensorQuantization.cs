using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Models;

/// <summary>
/// Converts one tensor to another type: reads rows as floats, quantizes them on several threads, and writes them in order.
/// </summary>
internal sealed class TensorQuantization(GgufTensorInfo source, QuantizedTensor result, float[]? importance,
    ParallelOptions parallel, long bufferBytes)
{
    private readonly int _rowLength = (int)source.Shape[0];
    private readonly long _sourceRow = GgmlTypeInfo.Of(source.Type).RowSize(source.Shape[0]);
    private readonly int _resultRow = checked((int)GgmlTypeInfo.Of(result.Type).RowSize(source.Shape[0]));

    /// <summary>Writes the tensor; <paramref name="wrote"/> receives the number of source bytes completed.</summary>
    public void Write(GgufWriter writer, Action<long> wrote)
    {
        // A chunk never spans two matrices, because each matrix has its own importance.
        long rowsPerMatrix = source.Shape[1];
        int rowsPerChunk = (int)Math.Clamp(bufferBytes / (_rowLength * sizeof(float)), 1, rowsPerMatrix);
        byte[] bytes = new byte[(long)rowsPerChunk * _resultRow];
        for (long matrix = 0; matrix < source.Shape.RowCount / rowsPerMatrix; matrix++)
        {
            for (long row = 0; row < rowsPerMatrix; row += rowsPerChunk)
            {
                int rows = (int)Math.Min(rowsPerChunk, rowsPerMatrix - row);
                Quantize((matrix * rowsPerMatrix) + row, rows, (int)matrix, bytes);
                writer.Write(bytes.AsSpan(0, rows * _resultRow));
                wrote(rows * _sourceRow);
            }
        }
    }

    /// <summary>Copies a tensor without conversion.</summary>
    public void Copy(GgufWriter writer, Action<long> wrote)
    {
        using GgufTensorView view = source.Open();
        long rowsPerChunk = Math.Max(1, bufferBytes / _sourceRow);
        for (long row = 0; row < source.Shape.RowCount; row += rowsPerChunk)
        {
            parallel.CancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> rows = view.Rows(row, (int)Math.Min(rowsPerChunk, source.Shape.RowCount - row));
            if (Quantizer.Supports(source.Type) && !Quantizer.AreFinite(source.Type, rows))
            {
                throw new LlamaException($"{source} contains values that are not finite in the rows from {row}.");
            }

            writer.Write(rows);
            wrote(rows.Length);
        }
    }

    private void Quantize(long first, int rows, int matrix, byte[] bytes)
    {
        int share = Math.Max(1, (rows + parallel.MaxDegreeOfParallelism - 1) / parallel.MaxDegreeOfParallelism);
        try
        {
            Parallel.For(0, (rows + share - 1) / share, parallel, part =>
            {
                int from = part * share;
                int count = Math.Min(share, rows - from);
                float[] floats = new float[count * _rowLength];
                Quantizer.DequantizeRows(source, first + from, count, floats);
                ReadOnlySpan<float> weights = importance is null ? default : importance.AsSpan(matrix * _rowLength, _rowLength);
                Quantizer.Quantize(result.Type, floats, _rowLength, bytes.AsSpan(from * _resultRow, count * _resultRow), weights);
            });
        }
        catch (AggregateException errors) when (errors.InnerExceptions[0] is ArgumentException or LlamaException)
        {
            throw new LlamaException($"{source} cannot be quantized: {errors.InnerExceptions[0].Message}", errors.InnerExceptions[0]);
        }
    }
}
