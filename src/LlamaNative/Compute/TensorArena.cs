using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// Owns tensors: data made with <see cref="NewTensor(GgmlType, ReadOnlySpan{long})"/> and the results of the operators,
/// which are its methods under ggml's names. An arena holds descriptions; memory for data comes from
/// <see cref="Allocate(Backend)"/>, or for intermediate results from the graph that computes them.
/// </summary>
/// <remarks>
/// Operands may come from other arenas, weights for instance; an arena keeps the native memory of those it uses, so
/// disposing them in any order is safe. One thread at a time builds in an arena. (ggml: <c>ggml_context</c> with <c>no_alloc</c>.)
/// </remarks>
public sealed unsafe partial class TensorArena : IDisposable
{
    private readonly HashSet<TensorArena> _used = [];

    /// <summary>Makes an arena.</summary>
    /// <param name="capacity">The tensors it has room for: data, views and results of operators alike. About 400 bytes each.</param>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    public TensorArena(int capacity = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 22);
        LlamaRuntime.Load();
        Capacity = capacity;
        Handle = new GgmlContextHandle(GgmlContexts.ggml_tensor_overhead() * (nuint)capacity);
    }

    /// <summary>The tensors there is room for.</summary>
    public int Capacity { get; }

    /// <summary>The tensors made so far.</summary>
    public int Count { get; private set; }

    internal GgmlContextHandle Handle { get; }

    /// <summary>Makes a tensor without data, of one to four dimensions, fastest first.</summary>
    /// <exception cref="TensorLayoutException">A dimension of 0 or above 2^31, or rows that are not whole blocks of a quantized
    /// type.</exception>
    /// <exception cref="ComputeCapacityException">The arena is full.</exception>
    public GgmlTensor NewTensor(GgmlType type, params ReadOnlySpan<long> ne) => NewTensor(type, new TensorShape(ne));

    /// <summary>Makes a tensor without data.</summary>
    /// <exception cref="TensorLayoutException">A dimension of 0 or above 2^31, or rows that are not whole blocks of a quantized
    /// type.</exception>
    /// <exception cref="ComputeCapacityException">The arena is full.</exception>
    public GgmlTensor NewTensor(GgmlType type, TensorShape shape)
    {
        RequireShape("NewTensor", type, shape);
        Enter(1);
        long* ne = stackalloc long[TensorShape.MaxRank] { shape[0], shape[1], shape[2], shape[3] };
        return Adopt(GgmlContexts.ggml_new_tensor(Handle, type, TensorShape.MaxRank, ne));
    }

    /// <summary>Marks a tensor as set from outside: the allocator of a graph gives it memory that no earlier result uses.</summary>
    public GgmlTensor SetInput(GgmlTensor tensor)
    {
        Enter(0, tensor);
        GgmlContexts.ggml_set_input(tensor.Native);
        return tensor;
    }

    /// <summary>Marks a result as wanted: its memory is not used again by later results of its graph.</summary>
    public GgmlTensor SetOutput(GgmlTensor tensor)
    {
        Enter(0, tensor);
        GgmlContexts.ggml_set_output(tensor.Native);
        return tensor;
    }

    /// <summary>Releases the arena. Graphs and arenas that use its tensors keep the native memory until they go themselves.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>Checks that the arena and the operands are alive and that there is room for the tensors an operator makes.</summary>
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

        // Two arenas that kept each other alive would never be freed.
        if (other.Reaches(this))
        {
            throw new InvalidOperationException("An arena cannot use tensors of another one that uses its own; build in one direction.");
        }

        Handle.Keep(other.Handle);
        _used.Add(other);
    }

    private bool Reaches(TensorArena other) => _used.Contains(other) || _used.Any(used => used.Reaches(other));

    /// <summary>ggml counts rows and columns in 32 bits in many kernels and divides by dimensions, so both ends are closed here.</summary>
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
