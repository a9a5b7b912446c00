using System.Runtime.InteropServices;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// An operator implemented in C#. ggml calls it concurrently on its own threads, once for each of <see cref="CustomOperation.TaskCount"/>
/// tasks; each task writes its part of the result. <see cref="ComputeGraph.Compute"/> rethrows its exceptions when the graph has completed.
/// </summary>
public delegate void CustomOperator(in CustomOperation operation);

/// <summary>
/// The operands and result of a call to a <see cref="CustomOperator"/>. Valid only during the call, which the compiler enforces.
/// </summary>
public readonly unsafe ref struct CustomOperation
{
    // Operands are read from the native tensor, because a scheduler may have replaced them with copies from another device.
    private readonly ggml_tensor* _result;

    internal CustomOperation(ggml_tensor* result, int sourceCount, int task, int taskCount)
    {
        _result = result;
        SourceCount = sourceCount;
        Task = task;
        TaskCount = taskCount;
    }

    /// <summary>The index of this task, from 0.</summary>
    public int Task { get; }

    /// <summary>The number of tasks.</summary>
    public int TaskCount { get; }

    /// <summary>The number of operands.</summary>
    public int SourceCount { get; }

    /// <summary>The result's contiguous layout.</summary>
    public TensorLayout ResultLayout => GgmlTensor.ReadLayout(_result, offset: 0);

    /// <summary>The result's bytes, for writing.</summary>
    public Span<byte> ResultBytes => Bytes(_result);

    /// <summary>The result's elements, for writing.</summary>
    /// <exception cref="TensorLayoutException">The element type is not <typeparamref name="T"/>.</exception>
    public Span<T> Result<T>()
        where T : unmanaged => Elements<T>("Result", _result);

    /// <summary>An operand's layout, with offset 0, over the bytes of <see cref="SourceBytes"/>.</summary>
    public TensorLayout SourceLayout(int index) => GgmlTensor.ReadLayout(Operand(index), offset: 0);

    /// <summary>An operand's bytes, including gaps.</summary>
    public ReadOnlySpan<byte> SourceBytes(int index) => Bytes(Operand(index));

    /// <summary>The elements of a contiguous operand.</summary>
    /// <exception cref="TensorLayoutException">The element type is not <typeparamref name="T"/>, or the operand is not contiguous; read it
    /// through its layout instead.</exception>
    public ReadOnlySpan<T> Source<T>(int index)
        where T : unmanaged => Elements<T>("Source", Operand(index));

    /// <summary>The items of this task when a range is divided evenly among the tasks: for (i = from; i &lt; to; i++).</summary>
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
                $"{layout} is not contiguous {typeof(T).Name}; read the bytes through the layout");
    }
}
