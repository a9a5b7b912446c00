using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <content>Memory for intermediate results, and the computation itself.</content>
public sealed unsafe partial class ComputeGraph
{
    private IndexGuard[] _guards = [];
    private CustomOperatorBridge[] _customs = [];
    private GgmlTensor[] _zeroedByReset = [];
    private Backend? _backend;
    private Scheduler? _scheduler;

    /// <summary>Whether memory was allocated, so that the graph can be computed.</summary>
    public bool IsAllocated => _backend is not null || _scheduler is not null;

    /// <summary>
    /// Allocates memory on a backend's device for every tensor of the graph without data and returns the number of bytes. Intermediate
    /// results share memory: after a computation, only the final results of the graph and those marked with
    /// <see cref="TensorArena.SetOutput"/> are valid. Input tensors allocated by the graph must be written before every computation.
    /// </summary>
    /// <exception cref="LlamaException">The device has no kernel for an operator, cannot read a tensor's memory, or is out of
    /// memory.</exception>
    /// <exception cref="InvalidOperationException">The graph is already allocated, or shares results with another graph.</exception>
    public long Allocate(Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ObjectDisposedException.ThrowIf(backend.Handle.IsDisposed, backend);
        GgmlTensor[] unplaced = Prepare([backend]);
        using var allocator = new GgmlAllocatorHandle(GgmlBackends.ggml_backend_get_default_buffer_type(backend.Handle));
        NativeLog.Clear();
        if (!GgmlGraphs.ggml_gallocr_alloc_graph(allocator, _native))
        {
            throw new LlamaException(
                $"{backend.Device.Name} does not have enough memory for the intermediate results of a graph of {NodeCount} operators."
                    + NativeLog.Tail());
        }

        Place(unplaced, allocator);
        _backend = backend;
        return (long)GgmlGraphs.ggml_gallocr_get_buffer_size(allocator, 0);
    }

    /// <summary>
    /// Same as <see cref="Allocate(Backend)"/>, on all backends of a scheduler, which distributes the operators among them.
    /// </summary>
    /// <exception cref="LlamaException">No device has a kernel for an operator or can read a tensor's memory, or a device is out of
    /// memory.</exception>
    /// <exception cref="InvalidOperationException">The graph is already allocated or shares results with another graph, or the scheduler
    /// already has a graph.</exception>
    public void Allocate(Scheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ObjectDisposedException.ThrowIf(scheduler.Handle.IsDisposed, scheduler);
        GgmlTensor[] unplaced = Prepare(scheduler.Backends);
        scheduler.Take(this, _native, _order.Leafs.Count);
        Place(unplaced, scheduler.Handle);
        _scheduler = scheduler;
    }

    /// <summary>Computes all results on the backend or scheduler that the graph was allocated with. Allocates no memory.</summary>
    /// <param name="cancellationToken">Cancels between operators on the CPU; on other devices only before the start.</param>
    /// <exception cref="InvalidOperationException">The graph was not allocated.</exception>
    /// <exception cref="LlamaException">An index is outside the rows it selects from, or the device failed. Exceptions from custom
    /// operators are rethrown unchanged.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled; results are undefined.</exception>
    /// <exception cref="ObjectDisposedException">The graph, the arena of one of its tensors, or the backend was disposed.</exception>
    public void Compute(CancellationToken cancellationToken = default)
    {
        using HandleReference alive = Handle.Hold(this);
        foreach (TensorArena arena in _arenas)
        {
            ObjectDisposedException.ThrowIf(arena.Handle.IsDisposed, arena);
        }

        cancellationToken.ThrowIfCancellationRequested();
        GgmlStatus status = _backend is not null ? ComputeOn(_backend, cancellationToken)
            : _scheduler is not null ? _scheduler.Compute(_native, _guards, cancellationToken)
            : throw new InvalidOperationException("The graph has no memory: call Allocate with a backend or scheduler before Compute.");
        foreach (CustomOperatorBridge custom in _customs)
        {
            custom.Rethrow();
        }

        GC.KeepAlive(this);
        ComputeStatus.ThrowIfFailed(status, cancellationToken);
    }

    /// <summary>Sets the gradient accumulators and the moments of <see cref="TensorArena.OptStepAdamW"/> to zero.</summary>
    /// <exception cref="ObjectDisposedException">The graph or the arena of one of its tensors was disposed.</exception>
    public void Reset()
    {
        using HandleReference alive = Handle.Hold(this);
        foreach (GgmlTensor tensor in _zeroedByReset)
        {
            tensor.WriteBytes(new byte[checked((int)tensor.ByteCount)]);
        }
    }

    private GgmlStatus ComputeOn(Backend backend, CancellationToken cancellationToken)
    {
        lock (backend.Gate)
        {
            using HandleReference alive = backend.Handle.Hold(backend);
            foreach (IndexGuard guard in _guards)
            {
                guard.Check();
            }

            backend.Abort.ListenTo(cancellationToken);
            return GgmlBackends.ggml_backend_graph_compute(backend.Handle, _native);
        }
    }

    /// <summary>Checks every condition on which ggml would abort, and returns the tensors to allocate.</summary>
    private GgmlTensor[] Prepare(ReadOnlySpan<Backend> backends)
    {
        RequireOpen();
        if (NodeCount == 0)
        {
            throw new InvalidOperationException("The graph is empty: add results with BuildForwardExpand.");
        }

        foreach (TensorArena arena in _arenas)
        {
            ObjectDisposedException.ThrowIf(arena.Handle.IsDisposed, arena);
        }

        var guards = new List<IndexGuard>();
        var unplaced = new List<GgmlTensor>();
        foreach (GgmlTensor tensor in _order.Leafs.Concat(_order.Nodes))
        {
            GraphPlacement.RequireSupport(tensor, backends);
            if (IndexGuard.For(tensor) is { } guard)
            {
                guards.Add(guard);
            }

            if (tensor.Native->data is null && !tensor.IsView)
            {
                unplaced.Add(tensor);
            }
        }

        GraphPlacement.RequireConstantIndices(_order.Nodes, guards);
        _guards = [.. guards];
        _customs = [.. _order.Nodes.Select(node => node.Custom).OfType<CustomOperatorBridge>()];
        _zeroedByReset = [.. _order.Nodes.Where(node => node.Op == GgmlOp.OptStepAdamW)
            .SelectMany(node => new[] { node.Sources[2]!, node.Sources[3]! }),
            .. _backward?.Accumulators ?? []];
        return [.. unplaced];
    }

    private void Place(GgmlTensor[] unplaced, GgmlHandle memory)
    {
        // The arenas own the memory of their tensors, so that results stay readable after the graph is disposed.
        foreach (TensorArena arena in unplaced.Select(tensor => tensor.Arena).Distinct())
        {
            arena.Handle.Keep(memory);
        }

        foreach (GgmlTensor tensor in unplaced)
        {
            tensor.PlacedBy = this;
        }
    }
}
