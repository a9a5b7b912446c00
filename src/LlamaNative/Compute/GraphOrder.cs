using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// Orders the tensors of a graph for computation: operands before the operators that use them, left to right, as in ggml. ggml traverses a
/// graph recursively, which overflows the stack for long chains. This traversal is iterative, and its result is passed to ggml one tensor
/// at a time.
/// </summary>
internal sealed class GraphOrder
{
    private readonly HashSet<GgmlTensor> _seen = [];

    /// <summary>The operators and trainable tensors.</summary>
    public List<GgmlTensor> Nodes { get; } = [];

    /// <summary>The tensors that are data.</summary>
    public List<GgmlTensor> Leafs { get; } = [];

    /// <summary>Returns the tensors that a result would add, in order, without adding them.</summary>
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

    /// <summary>Adds tensors in order.</summary>
    public void Append(List<GgmlTensor> tensors)
    {
        foreach (GgmlTensor tensor in tensors)
        {
            _seen.Add(tensor);
            (IsLeaf(tensor) ? Leafs : Nodes).Add(tensor);
        }
    }

    /// <summary>Same condition as in <c>ggml_visit_parents_graph</c> (ggml.c).</summary>
    public static bool IsLeaf(GgmlTensor tensor) => tensor.Op == GgmlOp.None && !tensor.IsParam;
}
