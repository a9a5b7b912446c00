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

    /// <summary>Whether memory was allocated, so that it can be computed.</summary>
    public bool IsAllocated => _backend is not null || _scheduler is not null;

    /// <summary>
    /// Gives memory on a backend's device to every tensor of the graph that has none and returns its bytes. Results
    /// that are not marked with <see cref="TensorArena.SetOutput"/> and that others use share memory one after another:
    /// after a computation only the graph's last results and marked ones hold their values, and data without memory of
    /// its own has to be written before every computation.
    /// </summary>
    /// <exception cref="LlamaException">The device has no kernel for an operator, cannot read a tensor's memory, or has no memory
    /// left.</exception>
    /// <exception cref="InvalidOperationException">The graph is allocated already, or shares results with another one.</exception>
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
                $"{backend.Device.Name} has no memory for the intermediate results of a graph of {NodeCount} operators."
                    + NativeLog.Tail());
        }

        Place(unplaced, allocator);
        _backend = backend;
        return (long)GgmlGraphs.ggml_gallocr_get_buffer_size(allocator, 0);
    }

    /// <summary>As <see cref="Allocate(Backend)"/>, on all backends of a scheduler, which divides the work between them.</summary>
    /// <exception cref="LlamaException">No device has a kernel for an operator or can read a tensor's memory, or there is no memory
    /// left.</exception>
    /// <exception cref="InvalidOperationException">The graph is allocated already or shares results with another one, or the scheduler has
    /// a graph.</exception>
    public void Allocate(Scheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ObjectDisposedException.ThrowIf(scheduler.Handle.IsDisposed, scheduler);
        GgmlTensor[] unplaced = Prepare(scheduler.Backends);
        scheduler.Take(this, _native, _order.Leafs.Count);
        Place(unplaced, scheduler.Handle);
        _scheduler = scheduler;
    }

    /// <summary>Computes all results on the backend or scheduler it was allocated with. Allocates nothing.</summary>
    /// <param name="cancellationToken">Stops between operators on the CPU; on other devices only before the start.</param>
    /// <exception cref="InvalidOperationException">The graph was not allocated.</exception>
    /// <exception cref="LlamaException">An index leaves the rows it names, or the device failed. What a custom operator threw is thrown as
    /// it is.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled; results are undefined.</exception>
    /// <exception cref="ObjectDisposedException">The graph, an arena with a tensor of it, or the backend was disposed.</exception>
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
            : throw new InvalidOperationException("The graph has no memory yet: allocate it on a backend or a scheduler.");
        foreach (CustomOperatorBridge custom in _customs)
        {
            custom.Rethrow();
        }

        GC.KeepAlive(this);
        ComputeStatus.ThrowIfFailed(status, cancellationToken);
    }

    /// <summary>Sets the accumulators of gradients and the moments of <see cref="TensorArena.OptStepAdamW"/> to zero.</summary>
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

    /// <summary>Checks everything that would end the process later, and returns the tensors that are about to get memory.</summary>
    private GgmlTensor[] Prepare(ReadOnlySpan<Backend> backends)
    {
        RequireOpen();
        if (NodeCount == 0)
        {
            throw new InvalidOperationException("The graph computes nothing: add results with BuildForwardExpand.");
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
        // The memory goes with the arenas whose tensors lie in it, so that these stay readable after the graph.
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
