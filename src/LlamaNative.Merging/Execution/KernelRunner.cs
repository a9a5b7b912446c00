using System.Runtime.ExceptionServices;
using LlamaNative.Merging.Methods;
using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Execution;

/// <summary>
/// Runs a kernel over a tensor in blocks. A window of a few blocks per thread is computed in parallel, then accumulated or
/// written in order. Memory use is that of one window, regardless of the tensor's size.
/// </summary>
internal sealed class KernelRunner(int threads, int blockElements = KernelRunner.DefaultBlockElements)
{
    /// <summary>A megabyte of floats: large enough to keep threads busy, small enough for their caches.</summary>
    public const int DefaultBlockElements = 1 << 18;

    // Several blocks per thread, so that threads rarely wait for the slowest block of a window.
    private readonly int _window = threads * 4;
    private readonly List<Slot> _slots = [];

    public void Run(TensorKernel kernel, IReadOnlyList<IRowSource> inputs, long rows, int rowLength, IRowSink sink,
        Action<long>? written, CancellationToken cancellationToken)
    {
        var blocks = new BlockList(rows, Math.Max(1, blockElements / Math.Max(1, rowLength)));
        foreach (BlockPass<RowBlock> pass in kernel.Passes())
        {
            ForEach(blocks, block => block.Part = pass.Gather(block.Load(inputs, rowLength)), block => pass.Add(block.Part!),
                cancellationToken);
        }

        ForEach(
            blocks,
            block =>
            {
                RowBlock loaded = block.Load(inputs, rowLength, kernel);
                block.Output = Slot.Grow(block.Output, loaded.Length);
                kernel.Compute(loaded, block.Output.AsSpan(0, loaded.Length));
                block.Bytes = Slot.Grow(block.Bytes, loaded.RowCount * sink.RowBytes);
                sink.Encode(loaded.FirstRow, loaded.RowCount, block.Output.AsSpan(0, loaded.Length),
                    block.Bytes.AsSpan(0, loaded.RowCount * sink.RowBytes));
            },
            block =>
            {
                sink.Write(block.Bytes.AsSpan(0, block.RowCount * sink.RowBytes));
                written?.Invoke((long)block.RowCount * sink.RowBytes);
            },
            cancellationToken);
    }

    private void ForEach(BlockList blocks, Action<Slot> work, Action<Slot> finish, CancellationToken cancellationToken)
    {
        for (int first = 0; first < blocks.Count; first += _window)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(_window, blocks.Count - first);
            for (int i = 0; i < count; i++)
            {
                if (i == _slots.Count)
                {
                    _slots.Add(new Slot());
                }

                (_slots[i].Index, _slots[i].FirstRow, _slots[i].RowCount) = blocks[first + i];
            }

            Work(count, work);
            for (int i = 0; i < count; i++)
            {
                finish(_slots[i]);
            }
        }
    }

    private void Work(int count, Action<Slot> work)
    {
        if (count == 1)
        {
            work(_slots[0]);
            return;
        }

        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => work(_slots[i]));
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
    }

    private readonly record struct BlockList(long Rows, int RowsPerBlock)
    {
        public long Count => (Rows + RowsPerBlock - 1) / RowsPerBlock;

        public (int Index, long FirstRow, int RowCount) this[int index] =>
            (index, (long)index * RowsPerBlock, (int)Math.Min(RowsPerBlock, Rows - ((long)index * RowsPerBlock)));
    }

    /// <summary>The buffers of one block in progress.</summary>
    private sealed class Slot
    {
        private float[][] _inputs = [];

        public int Index { get; set; }

        public long FirstRow { get; set; }

        public int RowCount { get; set; }

        public object? Part { get; set; }

        public float[] Output { get; set; } = [];

        public byte[] Bytes { get; set; } = [];

        public static T[] Grow<T>(T[] buffer, int length) => buffer.Length >= length ? buffer : new T[length];

        public RowBlock Load(IReadOnlyList<IRowSource> inputs, int rowLength, TensorKernel? kernel = null)
        {
            int length = RowCount * rowLength;
            if (_inputs.Length < inputs.Count)
            {
                Array.Resize(ref _inputs, inputs.Count);
            }

            for (int i = 0; i < inputs.Count; i++)
            {
                _inputs[i] = Grow(_inputs[i] ?? [], length);
                if (kernel?.Reads(i) != false)
                {
                    inputs[i].Read(FirstRow, RowCount, _inputs[i].AsSpan(0, length));
                }
            }

            return new RowBlock(Index, FirstRow, RowCount, rowLength, _inputs);
        }
    }
}
