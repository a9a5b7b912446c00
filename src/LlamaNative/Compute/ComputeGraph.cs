using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// The operators to compute for one or more results, in order of computation. Build it once, allocate it once, and compute it any number of
/// times without further allocation. (ggml: <c>ggml_cgraph</c>.)
/// </summary>
/// <remarks>
/// The graph keeps the native memory of its tensors' arenas alive. After one of these arenas is disposed, computing throws
/// <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed unsafe partial class ComputeGraph : IDisposable
{
    private readonly GraphOrder _order = new();
    private readonly List<TensorArena> _arenas = [];
    private readonly nint _native;
    private BackwardPass? _backward;

    /// <summary>Creates an empty graph.</summary>
    /// <param name="capacity">The maximum number of operators, and also of data tensors. Each takes about 100 bytes.</param>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    public ComputeGraph(int capacity = 2048)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 20);
        LlamaRuntime.Load();
        Capacity = capacity;
        Handle = new GgmlContextHandle(GgmlGraphs.ggml_graph_overhead_custom((nuint)capacity, gradients: false));
        _native = GgmlGraphs.ggml_new_graph_custom(Handle, (nuint)capacity, gradients: false);
    }

    /// <summary>The maximum number of operators.</summary>
    public int Capacity { get; }

    /// <summary>The number of operators and trainable tensors in the graph.</summary>
    public int NodeCount => _order.Nodes.Count;

    internal GgmlContextHandle Handle { get; }

    /// <summary>Adds a result and everything it is computed from.</summary>
    /// <exception cref="ComputeCapacityException">The graph is full; it is unchanged.</exception>
    /// <exception cref="InvalidOperationException">The graph is already allocated.</exception>
    /// <exception cref="ObjectDisposedException">The graph or the arena of one of its tensors was disposed.</exception>
    public void BuildForwardExpand(GgmlTensor result)
    {
        ArgumentNullException.ThrowIfNull(result);
        RequireOpen();
        List<GgmlTensor> missing = _order.Missing(result);
        int leafs = missing.Count(GraphOrder.IsLeaf);
        RequireRoom((long)_order.Leafs.Count + leafs);
        RequireRoom((long)_order.Nodes.Count + missing.Count - leafs);
        foreach (GgmlTensor tensor in missing)
        {
            Use(tensor.Arena);
        }

        using HandleReference alive = Handle.Hold(this);
        foreach (GgmlTensor tensor in missing)
        {
            GgmlGraphs.ggml_build_forward_expand(_native, tensor.Native);
        }

        _order.Append(missing);
    }

    /// <summary>
    /// Adds the gradients of the losses with respect to every trainable tensor in the graph. Get them with <see cref="GradientOf"/> to read
    /// them or to build optimizer steps.
    /// </summary>
    /// <param name="arena">The arena for the tensors of the backward pass.</param>
    /// <param name="accumulators">
    /// Maps trainable tensors to tensors with data to which their gradient is added, so that gradients accumulate over several
    /// computations. <see cref="Reset"/> sets them to zero.
    /// </param>
    /// <remarks>
    /// A managed implementation with the operators of <c>ggml_build_backward_expand</c>, which aborts the process if an operator has no
    /// gradient or a gradient is not contiguous. This method copies such a gradient, or throws.
    /// </remarks>
    /// <exception cref="LlamaException">There is no loss, no trainable tensor, or an operator without a gradient between them.</exception>
    /// <exception cref="ComputeCapacityException">The arena or the graph is full.</exception>
    public void BuildBackwardExpand(TensorArena arena, IReadOnlyDictionary<GgmlTensor, GgmlTensor>? accumulators = null)
    {
        ArgumentNullException.ThrowIfNull(arena);
        RequireOpen();
        if (_backward is not null)
        {
            throw new InvalidOperationException("The graph already has a backward pass.");
        }

        var backward = new BackwardPass(arena, _order.Nodes);
        backward.Build(accumulators);
        foreach (GgmlTensor gradient in backward.OfParameters)
        {
            BuildForwardExpand(gradient);
        }

        _backward = backward;
    }

    /// <summary>The gradient of a trainable tensor or of an intermediate result; null if there is none.</summary>
    public GgmlTensor? GradientOf(GgmlTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return _backward?.Of(tensor);
    }

    /// <summary>Releases the graph. Its results stay readable until their arena is disposed.</summary>
    public void Dispose() => Handle.Dispose();

    private void Use(TensorArena arena)
    {
        ObjectDisposedException.ThrowIf(arena.Handle.IsDisposed, arena);
        if (!_arenas.Contains(arena))
        {
            Handle.Keep(arena.Handle);
            _arenas.Add(arena);
        }
    }

    private void RequireOpen()
    {
        ObjectDisposedException.ThrowIf(Handle.IsDisposed, this);
        if (IsAllocated)
        {
            throw new InvalidOperationException("The graph is already allocated and cannot be changed. Build a new graph.");
        }
    }

    private void RequireRoom(long needed)
    {
        if (needed > Capacity)
        {
            throw new ComputeCapacityException("The graph", Capacity, needed);
        }
    }
}
