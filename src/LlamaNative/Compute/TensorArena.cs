using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// Owns tensors: data created with <see cref="NewTensor(GgmlType, ReadOnlySpan{long})"/> and the results of operators, which are methods
/// with ggml's names. An arena contains tensor descriptions only. Memory for data is allocated with <see cref="Allocate(Backend)"/>; memory
/// for intermediate results is allocated by the graph that computes them.
/// </summary>
/// <remarks>
/// <para>Operands may belong to other arenas, for instance an arena of weights. An arena keeps the native memory of the arenas it uses
/// alive, so they can be disposed in any order. An arena must be used by one thread at a time. (ggml: <c>ggml_context</c> with
/// <c>no_alloc</c>.)</para>
/// <para>Besides the exceptions they list, all operators throw <see cref="ComputeCapacityException"/> when the arena is full and
/// <see cref="ObjectDisposedException"/> when this arena or that of an operand was disposed.</para>
/// </remarks>
public sealed unsafe partial class TensorArena : IDisposable
{
    private readonly HashSet<TensorArena> _used = [];

    /// <summary>Creates an arena.</summary>
    /// <param name="capacity">The maximum number of tensors, including data, views and operator results. Each takes about 400
    /// bytes.</param>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    public TensorArena(int capacity = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 22);
        LlamaRuntime.Load();
        Capacity = capacity;
        Handle = new GgmlContextHandle(GgmlContexts.ggml_tensor_overhead() * (nuint)capacity);
    }

    /// <summary>The maximum number of tensors.</summary>
    public int Capacity { get; }

    /// <summary>The number of tensors created.</summary>
    public int Count { get; private set; }

    internal GgmlContextHandle Handle { get; }

    /// <summary>Creates a tensor without data from one to four dimensions, fastest first.</summary>
    /// <exception cref="TensorLayoutException">A dimension is 0 or above 2^31, or rows are not whole blocks of a quantized
    /// type.</exception>
    /// <exception cref="ComputeCapacityException">The arena is full.</exception>
    public GgmlTensor NewTensor(GgmlType type, params ReadOnlySpan<long> ne) => NewTensor(type, new TensorShape(ne));

    /// <summary>Creates a tensor without data.</summary>
    /// <exception cref="TensorLayoutException">A dimension is 0 or above 2^31, or rows are not whole blocks of a quantized
    /// type.</exception>
    /// <exception cref="ComputeCapacityException">The arena is full.</exception>
    public GgmlTensor NewTensor(GgmlType type, TensorShape shape)
    {
        RequireShape("NewTensor", type, shape);
        Enter(1);
        long* ne = stackalloc long[TensorShape.MaxRank] { shape[0], shape[1], shape[2], shape[3] };
        return Adopt(GgmlContexts.ggml_new_tensor(Handle, type, TensorShape.MaxRank, ne));
    }

    /// <summary>Marks a tensor as an input: a graph's allocator gives it memory that earlier results do not use.</summary>
    public GgmlTensor SetInput(GgmlTensor tensor)
    {
        Enter(0, tensor);
        GgmlContexts.ggml_set_input(tensor.Native);
        return tensor;
    }

    /// <summary>Marks a result as an output: later results of its graph do not reuse its memory.</summary>
    public GgmlTensor SetOutput(GgmlTensor tensor)
    {
        Enter(0, tensor);
        GgmlContexts.ggml_set_output(tensor.Native);
        return tensor;
    }

    /// <summary>Releases the arena. Graphs and arenas that use its tensors keep the native memory until they are disposed.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>
    /// Checks that the arena and the operands are not disposed and that the capacity suffices for the tensors of an operator.
    /// </summary>
    private void Enter(int newTensors, params ReadOnlySpan<GgmlTensor?> operands)
    {
        ObjectDisposedException.ThrowIf(Handle.IsDisposed, this);
        foreach (GgmlTensor? operand in operands)
        {
            ArgumentNullException.ThrowIfNull(operand, nameof(operands));
            Use(operand.Arena);
        }

        if (Count + newTensors > Capacity)
        {
            throw new ComputeCapacityException("The arena", Capacity, (long)Count + newTensors);
        }
    }

    private GgmlTensor Adopt(ggml_tensor* native, params ReadOnlySpan<GgmlTensor?> sources)
    {
        Count++;
        return new GgmlTensor(this, native, sources);
    }

    private void Use(TensorArena other)
    {
        ObjectDisposedException.ThrowIf(other.Handle.IsDisposed, other);
        if (other == this || _used.Contains(other))
        {
            return;
        }

        // Two arenas that keep each other alive would never be freed.
        if (other.Reaches(this))
        {
            throw new InvalidOperationException(
                "An arena cannot use tensors of an arena that already uses its tensors. Build operators in one of the two only.");
        }

        Handle.Keep(other.Handle);
        _used.Add(other);
    }

    private bool Reaches(TensorArena other) => _used.Contains(other) || _used.Any(used => used.Reaches(other));

    /// <summary>Limits dimensions, because many kernels of ggml count rows and columns in 32 bits and divide by dimensions.</summary>
    private static void RequireShape(string operation, GgmlType type, TensorShape shape)
    {
        GgmlTypeInfo info = GgmlTypeInfo.Of(type);
        bool fits = shape.RowCount <= int.MaxValue;
        for (int i = 0; i < TensorShape.MaxRank; i++)
        {
            fits &= shape[i] is > 0 and <= int.MaxValue;
        }

        if (!fits || !TensorLayout.TryContiguous(type, shape, out _))
        {
            throw new TensorLayoutException(operation,
                $"{info.Name} {shape} needs dimensions from 1 to 2^31, fewer than 2^31 rows, and rows of whole blocks of {info.BlockSize}");
        }
    }
}
