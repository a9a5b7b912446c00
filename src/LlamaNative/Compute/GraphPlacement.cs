using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>Whether the devices at hand can compute a graph, asked before ggml finds out by an assertion.</summary>
internal static unsafe class GraphPlacement
{
    /// <summary>Refuses a tensor that none of the backends can read or compute, or that another graph's allocator placed.</summary>
    public static void RequireSupport(GgmlTensor tensor, ReadOnlySpan<Backend> backends)
    {
        if (tensor.Root.PlacedBy is not null)
        {
            throw new InvalidOperationException(
                $"{tensor} was allocated with another graph, which shares its memory between results. Build each graph from operators of "
                + $"its own.");
        }

        nint buffer = tensor.Root.Native->buffer;
        bool computed = tensor.Op != GgmlOp.None && !tensor.Op.IsView();
        bool read = buffer == 0;
        bool supported = false;
        foreach (Backend backend in backends)
        {
            bool reads = buffer == 0 || backend.Reads(buffer);
            read |= reads;
            supported |= !computed || (reads && backend.Computes(tensor));
        }

        string devices = string.Join(", ", backends.ToArray().Select(backend => backend.Device.Name));
        if (!read)
        {
            throw new LlamaException(
                $"{tensor} lies in {NativeText.Read(GgmlBuffers.ggml_backend_buffer_name(buffer))} memory, which {devices} cannot read.");
        }

        if (!supported)
        {
            throw new LlamaException(
                $"{devices} cannot compute {NativeText.Read(GgmlContexts.ggml_op_desc(tensor.Native))} to {tensor}; use a scheduler with "
                + $"the CPU as its last backend.");
        }
    }

    /// <summary>Refuses a graph that writes over indices it picks rows by: they are looked at before it runs.</summary>
    public static void RequireConstantIndices(IReadOnlyList<GgmlTensor> nodes, List<IndexGuard> guards)
    {
        HashSet<GgmlTensor> indices = [.. guards.Select(guard => guard.Indices)];
        foreach (GgmlTensor node in nodes)
        {
            if (node.IsView && !node.Op.IsView() && indices.Contains(node.Root))
            {
                throw new InvalidOperationException(
                    $"The graph writes over {node.Root}, by whose values it picks rows; copy the indices to a tensor of their own before.");
            }
        }
    }
}
