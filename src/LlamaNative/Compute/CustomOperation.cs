using System.Runtime.InteropServices;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// An operator in C#. ggml calls it on its own threads, once for each of <see cref="CustomOperation.TaskCount"/> tasks
/// at the same time; each task writes its share of the result. What it throws is thrown by
/// <see cref="ComputeGraph.Compute"/> when the graph is done.
/// </summary>
public delegate void CustomOperator(in CustomOperation operation);

/// <summary>What a <see cref="CustomOperator"/> works on. Valid only during the call, which the compiler sees to.</summary>
public readonly unsafe ref struct CustomOperation
{
    private readonly GgmlTensor _result;

    internal CustomOperation(GgmlTensor result, int task, int taskCount)
    {
        _result = result;
        Task = task;
        TaskCount = taskCount;
    }

    /// <summary>Which share of the work this call does, from 0.</summary>
    public int Task { get; }

    /// <summary>How many shares there are.</summary>
    public int TaskCount { get; }

    /// <summary>How many operands there are.</summary>
    public int SourceCount => _result.Sources.Length;

    /// <summary>The result's contiguous layout.</summary>
    public TensorLayout ResultLayout => _result.Layout;

    /// <summary>An operand's layout; its offset is 0 here, and its bytes are those of <see cref="SourceBytes"/>.</summary>
    public TensorLayout SourceLayout(int index)
    {
        GgmlTensor source = Operand(index);
        Dims nb = Dims.Of(source.Layout.Stride(0), source.Layout.Stride(1), source.Layout.Stride(2), source.Layout.Stride(3));
        return new TensorLayout(source.Type, source.Shape, nb, offset: 0);
    }

    /// <summary>The result's bytes, to write.</summary>
    public Span<byte> ResultBytes => new(_result.Native->data, (int)_result.ByteCount);

    /// <summary>The result's elements, to write.</summary>
    /// <exception cref="TensorLayoutException">Another element type.</exception>
    public Span<T> Result<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Typed<T>(_result, ResultBytes));

    /// <summary>An operand's bytes, gaps included.</summary>
    public ReadOnlySpan<byte> SourceBytes(int index) => Bytes(Operand(index));

    /// <summary>The elements of a contiguous operand.</summary>
    /// <exception cref="TensorLayoutException">Another element type, or gaps: read it through its layout.</exception>
    public ReadOnlySpan<T> Source<T>(int index)
        where T : unmanaged
    {
        GgmlTensor source = Operand(index);
        return source.IsContiguous()
            ? MemoryMarshal.Cast<byte, T>(Typed<T>(source, Bytes(source)))
            : throw new TensorLayoutException("Source", $"{source.Layout} has gaps; read SourceBytes through SourceLayout");
    }

    /// <summary>The items of a range that fall to this task, as evenly as can be: for (i = from; i &lt; to; i++).</summary>
    public (long From, long To) Share(long count)
    {
        long share = (count + TaskCount - 1) / TaskCount;
        long from = Math.Min(count, Task * share);
        return (from, Math.Min(count, from + share));
    }

    private GgmlTensor Operand(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_result.Sources.Length, nameof(index));
        return _result.Sources[index]!;
    }

    private static Span<byte> Bytes(GgmlTensor tensor) => new(tensor.Native->data, (int)tensor.ByteCount);

    private static Span<byte> Typed<T>(GgmlTensor tensor, Span<byte> bytes)
        where T : unmanaged =>
        TensorSpans.ElementType(tensor.Type) == typeof(T)
            ? bytes
            : throw new TensorLayoutException("CustomOperation", $"{tensor.Layout} does not hold {typeof(T).Name} numbers");
}
