using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// Divides one graph over several backends: operators run where their weights lie and where there is a kernel, and
/// results are copied between devices as needed. Make one for each graph. (ggml: <c>ggml_backend_sched</c>.)
/// </summary>
public sealed unsafe class Scheduler : IDisposable
{
    private const int MaxBackends = SourceConstants.GGML_SCHED_MAX_BACKENDS;
    private readonly Backend[] _backends;
    private readonly Backend[] _inLockOrder;
    private ComputeGraph? _graph;

    /// <summary>
    /// Makes a scheduler over backends in order of preference; the last must be the CPU, which computes what no other can.
    /// </summary>
    /// <exception cref="ArgumentException">No backend, too many, one twice, or a last one that is not the CPU.</exception>
    /// <exception cref="ObjectDisposedException">A backend was disposed.</exception>
    public Scheduler(params ReadOnlySpan<Backend> backends)
    {
        if (backends.Length is 0 or > MaxBackends || backends.Contains(null!) || backends[^1].Device.Kind != DeviceKind.Cpu)
        {
            throw new ArgumentException($"A scheduler takes 1 to {MaxBackends} backends, the last one the CPU's.", nameof(backends));
        }

        _backends = backends.ToArray();
        if (_backends.Distinct().Count() != _backends.Length)
        {
            throw new ArgumentException("A scheduler takes each backend once.", nameof(backends));
        }

        foreach (Backend backend in _backends)
        {
            ObjectDisposedException.ThrowIf(backend.Handle.IsDisposed, backend);
        }

        // One order for all schedulers, so that two of them cannot wait for each other's second backend.
        _inLockOrder = [.. _backends.OrderBy(backend => backend.Handle.DangerousGetHandle())];
    }

    /// <summary>The pieces that the graph was divided into; 0 before it is allocated.</summary>
    public int SplitCount => _graph is null ? 0 : GgmlSchedulers.ggml_backend_sched_get_n_splits(Handle);

    internal ReadOnlySpan<Backend> Backends => _backends;

    internal GgmlSchedulerHandle Handle { get; private set; } = new(0, []);

    /// <summary>Releases the scheduler; the graph it has cannot be computed any more.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>Divides a graph and allocates its memory. The graph is changed by it and belongs to this scheduler from then on.</summary>
    internal void Take(ComputeGraph graph, nint native, int leafCount)
    {
        if (_graph is not null)
        {
            throw new InvalidOperationException("A scheduler divides one graph; make another one for the next.");
        }

        // ggml keeps nodes, leafs and copies in one table that must not overflow.
        long size = ((long)graph.NodeCount + leafCount) * 2;
        GgmlBackendHandle[] handles = [.. _backends.Select(backend => backend.Handle)];
        nint* pointers = stackalloc nint[MaxBackends];
        for (int i = 0; i < handles.Length; i++)
        {
            pointers[i] = handles[i].DangerousGetHandle(); // kept by the scheduler's handle from here on
        }

        NativeLog.Clear();
        nint scheduler = GgmlSchedulers.ggml_backend_sched_new(pointers, null, handles.Length, (nuint)size,
            parallel: false, offloadOperations: false);
        Handle = new GgmlSchedulerHandle(scheduler, handles);
        _graph = graph;
        if (!GgmlSchedulers.ggml_backend_sched_alloc_graph(Handle, native))
        {
            throw new LlamaException(
                $"There is no memory for the intermediate results of a graph of {graph.NodeCount} operators." + NativeLog.Tail());
        }
    }

    internal GgmlStatus Compute(nint graph, IndexGuard[] guards, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Handle.IsDisposed, this);
        int entered = 0;
        try
        {
            while (entered < _backends.Length)
            {
                _inLockOrder[entered++].Gate.Enter();
            }

            for (int i = 0; i < _backends.Length; i++)
            {
                ObjectDisposedException.ThrowIf(_backends[i].Handle.IsDisposed, _backends[i]);
                _backends[i].Abort.ListenTo(cancellationToken);
            }

            foreach (IndexGuard guard in guards)
            {
                guard.Check();
            }

            return GgmlSchedulers.ggml_backend_sched_graph_compute(Handle, graph);
        }
        finally
        {
            while (entered > 0)
            {
                _inLockOrder[--entered].Gate.Exit();
            }
        }
    }
}
