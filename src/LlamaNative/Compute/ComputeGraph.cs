using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// The operators to compute for one or several results, in order. Build it once, allocate it once, compute it as often
/// as wanted: a computation allocates nothing. (ggml: <c>ggml_cgraph</c>.)
/// </summary>
/// <remarks>
/// The graph keeps the native memory of the arenas its tensors belong to; after one of them is disposed, computing
/// throws <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed unsafe partial class ComputeGraph : IDisposable
{
    private readonly GraphOrder _order = new();
    private readonly List<TensorArena> _arenas = [];
    private readonly nint _native;
    private BackwardPass? _backward;

    /// <summary>Makes an empty graph.</summary>
    /// <param name="capacity">The operators it has room for, and as many tensors that are data. About 100 bytes each.</param>
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

    /// <summary>The operators there is room for.</summary>
    public int Capacity { get; }

    /// <summary>The operators and trainable tensors in it.</summary>
    public int NodeCount => _order.Nodes.Count;

    internal GgmlContextHandle Handle { get; }

    /// <summary>Adds a result with everything it is computed from.</summary>
    /// <exception cref="ComputeCapacityException">The graph is full; it is unchanged.</exception>
    /// <exception cref="InvalidOperationException">The graph was allocated already.</exception>
    /// <exception cref="ObjectDisposedException">The graph, or an arena with a tensor of it, was disposed.</exception>
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
    /// Adds the gradient of the losses with respect to every trainable tensor in the graph; the tensors it needs are
    /// made in <paramref name="arena"/>. Read them with <see cref="GradientOf"/>, or make optimizer steps of them.
    /// </summary>
    /// <param name="arena">Takes the tensors of the backward pass.</param>
    /// <param name="accumulators">
    /// For trainable tensors named here the gradient is added to the tensor given, which must have data, so that
    /// gradients of several computations add up; <see cref="Reset"/> sets them to zero.
    /// </param>
    /// <remarks>
    /// Built here from the same operators as <c>ggml_build_backward_expand</c>, which ends the process where an operator
    /// has no gradient or a gradient has gaps; this one copies where that helps, and throws where it does not.
    /// </remarks>
    /// <exception cref="LlamaException">No loss, nothing to train, or an operator without a gradient on the way.</exception>
    /// <exception cref="ComputeCapacityException">The arena or the graph is full.</exception>
    public void BuildBackwardExpand(TensorArena arena, IReadOnlyDictionary<GgmlTensor, GgmlTensor>? accumulators = null)
    {
        ArgumentNullException.ThrowIfNull(arena);
        RequireOpen();
        if (_backward is not null)
        {
            throw new InvalidOperationException("The graph has its backward pass already.");
        }

        var backward = new BackwardPass(arena, _order.Nodes);
        backward.Build(accumulators);
        foreach (GgmlTensor gradient in backward.OfParameters)
        {
            BuildForwardExpand(gradient);
        }

        _backward = backward;
    }

    /// <summary>The gradient of a trainable tensor, or of a result on the way to the loss; null where there is none.</summary>
    public GgmlTensor? GradientOf(GgmlTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return _backward?.Of(tensor);
    }

    /// <summary>Releases the graph. Its intermediate results stay readable as long as their arena.</summary>
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
            throw new InvalidOperationException("The graph was allocated and can only be computed now; build another one.");
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
