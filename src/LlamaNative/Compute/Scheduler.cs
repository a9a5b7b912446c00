using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// Distributes one graph over several backends: operators run on the device that has their weights and a kernel, and results are copied
/// between devices as needed. Create one scheduler per graph. (ggml: <c>ggml_backend_sched</c>.)
/// </summary>
public sealed unsafe class Scheduler : IDisposable
{
    private const int MaxBackends = SourceConstants.GGML_SCHED_MAX_BACKENDS;
    private readonly Backend[] _backends;
    private readonly Backend[] _inLockOrder;
    private ComputeGraph? _graph;

    /// <summary>
    /// Creates a scheduler over backends in order of preference. The last must be a CPU backend, which computes the operators that no other
    /// backend supports.
    /// </summary>
    /// <exception cref="ArgumentException">There are no backends, too many or duplicates, or the last is not a CPU backend.</exception>
    /// <exception cref="ObjectDisposedException">A backend was disposed.</exception>
    public Scheduler(params ReadOnlySpan<Backend> backends)
    {
        if (backends.Length is 0 or > MaxBackends || backends.Contains(null!) || backends[^1].Device.Kind != DeviceKind.Cpu)
        {
            throw new ArgumentException($"A scheduler needs 1 to {MaxBackends} backends, the last of them for the CPU.", nameof(backends));
        }

        _backends = backends.ToArray();
        if (_backends.Distinct().Count() != _backends.Length)
        {
            throw new ArgumentException("The backends of a scheduler must be distinct.", nameof(backends));
        }

        foreach (Backend backend in _backends)
        {
            ObjectDisposedException.ThrowIf(backend.Handle.IsDisposed, backend);
        }

        // Locks are taken in the same order by all schedulers, so that two of them cannot deadlock.
        _inLockOrder = [.. _backends.OrderBy(backend => backend.Handle.DangerousGetHandle())];
    }

    /// <summary>The number of splits of the graph; 0 before it is allocated.</summary>
    public int SplitCount => _graph is null ? 0 : GgmlSchedulers.ggml_backend_sched_get_n_splits(Handle);

    internal ReadOnlySpan<Backend> Backends => _backends;

    internal GgmlSchedulerHandle Handle { get; private set; } = new(0, []);

    /// <summary>Releases the scheduler. Its graph can no longer be computed.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>Splits a graph and allocates its memory. This modifies the graph, which then belongs to this scheduler.</summary>
    internal void Take(ComputeGraph graph, nint native, int leafCount)
    {
        if (_graph is not null)
        {
            throw new InvalidOperationException("The scheduler already has a graph. Create a new scheduler for each graph.");
        }

        // ggml stores nodes, leafs and copies in one table that must not overflow.
        long size = ((long)graph.NodeCount + leafCount) * 2;
        GgmlBackendHandle[] handles = [.. _backends.Select(backend => backend.Handle)];
        nint* pointers = stackalloc nint[MaxBackends];
        for (int i = 0; i < handles.Length; i++)
        {
            pointers[i] = handles[i].DangerousGetHandle(); // the scheduler's handle keeps it alive from here on
        }

        NativeLog.Clear();
        nint scheduler = GgmlSchedulers.ggml_backend_sched_new(pointers, null, handles.Length, (nuint)size,
            parallel: false, offloadOperations: false);
        Handle = new GgmlSchedulerHandle(scheduler, handles);
        _graph = graph;
        if (!GgmlSchedulers.ggml_backend_sched_alloc_graph(Handle, native))
        {
            throw new LlamaException(
                $"There is not enough memory for the intermediate results of a graph of {graph.NodeCount} operators." + NativeLog.Tail());
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
