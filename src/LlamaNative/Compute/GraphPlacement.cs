using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>Checks that the available devices can compute a graph, because ggml would abort otherwise.</summary>
internal static unsafe class GraphPlacement
{
    /// <summary>Rejects a tensor that none of the backends can read or compute, or that another graph allocated.</summary>
    public static void RequireSupport(GgmlTensor tensor, ReadOnlySpan<Backend> backends)
    {
        if (tensor.Root.PlacedBy is not null)
        {
            throw new InvalidOperationException(
                $"{tensor} was allocated with another graph, whose results share memory. Build each graph from its own "
                + $"operators.");
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
                $"{tensor} is in {NativeText.Read(GgmlBuffers.ggml_backend_buffer_name(buffer))} memory, which {devices} cannot read.");
        }

        if (!supported)
        {
            throw new LlamaException(
                $"{devices} cannot compute {NativeText.Read(GgmlContexts.ggml_op_desc(tensor.Native))} to {tensor}; use a scheduler with "
                + $"the CPU as its last backend.");
        }
    }

    /// <summary>
    /// Rejects a graph that overwrites the indices it selects rows with, because they are validated before the graph runs.
    /// </summary>
    public static void RequireConstantIndices(IReadOnlyList<GgmlTensor> nodes, List<IndexGuard> guards)
    {
        HashSet<GgmlTensor> indices = [.. guards.Select(guard => guard.Indices)];
        foreach (GgmlTensor node in nodes)
        {
            if (node.IsView && !node.Op.IsView() && indices.Contains(node.Root))
            {
                throw new InvalidOperationException(
                    $"The graph overwrites {node.Root}, which contains row indices. Copy the indices to another tensor first.");
            }
        }
    }
}
