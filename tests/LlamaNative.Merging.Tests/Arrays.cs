using System.Runtime.InteropServices;
using LlamaNative.Merging.Execution;
using LlamaNative.Merging.Methods;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Tests;

/// <summary>Runs kernels over arrays, with the same runner as for files.</summary>
internal static class Arrays
{
    public static float[] Run(TensorKernel kernel, TensorShape shape, float[][] inputs, int threads = 1,
        int blockElements = KernelRunner.DefaultBlockElements)
    {
        var sink = new Sink((int)shape[0]);
        IRowSource[] sources = [.. inputs.Select(input => new Source(input, (int)shape[0]))];
        new KernelRunner(threads, blockElements).Run(kernel, sources, shape.RowCount, (int)shape[0], sink,
            written: null, CancellationToken.None);
        return [.. sink.Rows];
    }

    private sealed class Source(float[] data, int rowLength) : IRowSource
    {
        public void Read(long firstRow, int count, Span<float> destination) =>
            data.AsSpan((int)firstRow * rowLength, count * rowLength).CopyTo(destination);
    }

    private sealed class Sink(int rowLength) : IRowSink
    {
        public List<float> Rows { get; } = [];

        public int RowBytes => rowLength * sizeof(float);

        public void Encode(long firstRow, int count, ReadOnlySpan<float> rows, Span<byte> bytes) =>
            MemoryMarshal.AsBytes(rows).CopyTo(bytes);

        public void Write(ReadOnlySpan<byte> bytes) => Rows.AddRange(MemoryMarshal.Cast<byte, float>(bytes));
    }
}
