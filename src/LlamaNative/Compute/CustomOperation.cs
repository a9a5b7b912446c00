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
    // The native tensor's own operands: a scheduler may have put copies from another device in their place.
    private readonly ggml_tensor* _result;

    internal CustomOperation(ggml_tensor* result, int sourceCount, int task, int taskCount)
    {
        _result = result;
        SourceCount = sourceCount;
        Task = task;
        TaskCount = taskCount;
    }

    /// <summary>Which share of the work this call does, from 0.</summary>
    public int Task { get; }

    /// <summary>How many shares there are.</summary>
    public int TaskCount { get; }

    /// <summary>How many operands there are.</summary>
    public int SourceCount { get; }

    /// <summary>The result's contiguous layout.</summary>
    public TensorLayout ResultLayout => GgmlTensor.ReadLayout(_result, offset: 0);

    /// <summary>The result's bytes, to write.</summary>
    public Span<byte> ResultBytes => Bytes(_result);

    /// <summary>The result's elements, to write.</summary>
    /// <exception cref="TensorLayoutException">Another element type.</exception>
    public Span<T> Result<T>()
        where T : unmanaged => Elements<T>("Result", _result);

    /// <summary>An operand's layout; its offset is 0 here, and its bytes are those of <see cref="SourceBytes"/>.</summary>
    public TensorLayout SourceLayout(int index) => GgmlTensor.ReadLayout(Operand(index), offset: 0);

    /// <summary>An operand's bytes, gaps included.</summary>
    public ReadOnlySpan<byte> SourceBytes(int index) => Bytes(Operand(index));

    /// <summary>The elements of a contiguous operand.</summary>
    /// <exception cref="TensorLayoutException">Another element type, or gaps: read it through its layout.</exception>
    public ReadOnlySpan<T> Source<T>(int index)
        where T : unmanaged => Elements<T>("Source", Operand(index));

    /// <summary>The items of a range that fall to this task, as evenly as can be: for (i = from; i &lt; to; i++).</summary>
    public (long From, long To) Share(long count)
    {
        long share = (count + TaskCount - 1) / TaskCount;
        long from = Math.Min(count, Task * share);
        return (from, Math.Min(count, from + share));
    }

    private ggml_tensor* Operand(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)SourceCount, nameof(index));
        return (ggml_tensor*)_result->src[index];
    }

    private static Span<byte> Bytes(ggml_tensor* tensor) => new(tensor->data, (int)GgmlTensor.ReadLayout(tensor, offset: 0).ByteCount);

    private static Span<T> Elements<T>(string operation, ggml_tensor* tensor)
        where T : unmanaged
    {
        TensorLayout layout = GgmlTensor.ReadLayout(tensor, offset: 0);
        return layout.IsContiguous && TensorSpans.ElementType(layout.Type) == typeof(T)
            ? MemoryMarshal.Cast<byte, T>(Bytes(tensor))
            : throw new TensorLayoutException(operation,
                $"{layout} are no {typeof(T).Name} numbers without gaps; read its bytes through its layout");
    }
}
