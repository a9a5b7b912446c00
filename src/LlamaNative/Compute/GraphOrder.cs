using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// The tensors of a graph in the order of computation: operands before what uses them, left to right, as ggml orders
/// them. ggml walks recursively, and a long chain would overflow its stack; this walk does not, and ggml is then given
/// the tensors one by one.
/// </summary>
internal sealed class GraphOrder
{
    private readonly HashSet<GgmlTensor> _seen = [];

    /// <summary>The tensors computed, and those that are trained.</summary>
    public List<GgmlTensor> Nodes { get; } = [];

    /// <summary>The tensors that are data only.</summary>
    public List<GgmlTensor> Leafs { get; } = [];

    /// <summary>The tensors that a result adds, in order; nothing is taken over yet.</summary>
    public List<GgmlTensor> Missing(GgmlTensor result)
    {
        var missing = new List<GgmlTensor>();
        var entered = new HashSet<GgmlTensor>();
        var path = new Stack<(GgmlTensor Tensor, int Next)>();
        Enter(result);
        while (path.Count > 0)
        {
            (GgmlTensor tensor, int next) = path.Pop();
            if (next == tensor.Sources.Length)
            {
                missing.Add(tensor);
                continue;
            }

            path.Push((tensor, next + 1));
            if (tensor.Sources[next] is { } source)
            {
                Enter(source);
            }
        }

        return missing;

        void Enter(GgmlTensor tensor)
        {
            if (!_seen.Contains(tensor) && entered.Add(tensor))
            {
                path.Push((tensor, 0));
            }
        }
    }

    /// <summary>Takes over tensors in the order given.</summary>
    public void Append(List<GgmlTensor> tensors)
    {
        foreach (GgmlTensor tensor in tensors)
        {
            _seen.Add(tensor);
            (IsLeaf(tensor) ? Leafs : Nodes).Add(tensor);
        }
    }

    /// <summary>ggml's own distinction (<c>ggml_visit_parents_graph</c>).</summary>
    public static bool IsLeaf(GgmlTensor tensor) => tensor.Op == GgmlOp.None && !tensor.IsParam;
}
