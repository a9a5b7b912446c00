using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// Reverse-mode differentiation (<c>ggml_compute_backward</c> in ggml.c): starting from the losses, each node propagates its gradient to
/// its operands according to its operator, and each operand sums the gradients it receives.
/// </summary>
internal sealed partial class BackwardPass
{
    private readonly TensorArena _arena;
    private readonly IReadOnlyList<GgmlTensor> _nodes;
    private readonly HashSet<GgmlTensor> _needed = [];
    private readonly Dictionary<GgmlTensor, GgmlTensor> _gradients = [];

    public BackwardPass(TensorArena arena, IReadOnlyList<GgmlTensor> nodes)
    {
        _arena = arena;
        _nodes = [.. nodes];
    }

    /// <summary>The gradients of the trainable tensors, in the graph's order.</summary>
    public List<GgmlTensor> OfParameters { get; } = [];

    /// <summary>The tensors that gradients are accumulated in.</summary>
    public List<GgmlTensor> Accumulators { get; } = [];

    public GgmlTensor? Of(GgmlTensor tensor) => _gradients.GetValueOrDefault(tensor);

    public void Build(IReadOnlyDictionary<GgmlTensor, GgmlTensor>? accumulators)
    {
        FindNeeded();
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            GgmlTensor node = _nodes[i];
            if (!_needed.Contains(node))
            {
                continue;
            }

            if (node.IsLoss)
            {
                Give(node, _arena.Fill(node, 1));
            }

            if (_gradients.TryGetValue(node, out GgmlTensor? gradient) && node.Op != GgmlOp.None)
            {
                Propagate(node, gradient);
            }
        }

        foreach (GgmlTensor parameter in _nodes.Where(node => node.IsParam && _gradients.ContainsKey(node)))
        {
            _gradients[parameter] = Contiguous(_gradients[parameter]); // optimizer steps read it with the parameter's strides
            Accumulate(parameter, accumulators?.GetValueOrDefault(parameter));
            OfParameters.Add(_gradients[parameter]);
        }
    }

    private void FindNeeded()
    {
        if (!_nodes.Any(node => node.IsParam))
        {
            throw new LlamaException("The graph has no trainable tensors: mark tensors with SetParam before adding them to the graph.");
        }

        if (!_nodes.Any(node => node.IsLoss))
        {
            throw new LlamaException("The graph has no loss: mark a result with SetLoss before adding it to the graph.");
        }

        foreach (GgmlTensor node in _nodes)
        {
            if (node.IsParam || DifferentiableSources(node).Any(_needed.Contains))
            {
                if (node.Type != GgmlType.F32)
                {
                    throw new LlamaException($"{node} is between a trainable tensor and the loss, but only f32 results have gradients.");
                }

                _needed.Add(node);
            }
        }
    }

    /// <summary>The operands with respect to which the operator is differentiable; the same as in ggml.</summary>
    private static IEnumerable<GgmlTensor> DifferentiableSources(GgmlTensor node) => node.Op switch
    {
        GgmlOp.Cpy or GgmlOp.GetRows or GgmlOp.GetRowsBack or GgmlOp.Rope => [node.Sources[0]!],
        GgmlOp.Unary when (GgmlUnaryOp)node.Parameter(OperatorParameter.Function) is GgmlUnaryOp.Sgn or GgmlUnaryOp.Step => [],
        GgmlOp.ArgMax or GgmlOp.ArgSort or GgmlOp.TopK or GgmlOp.CountEqual => [],
        _ => node.Sources.OfType<GgmlTensor>(),
    };

    private bool Needs(GgmlTensor? tensor) => tensor is not null && _needed.Contains(tensor);

    /// <summary>Adds to the gradient of an operand. Both must have the same shape.</summary>
    private void Give(GgmlTensor operand, GgmlTensor gradient)
    {
        if (!_gradients.TryGetValue(operand, out GgmlTensor? before))
        {
            _gradients[operand] = gradient;
            return;
        }

        _gradients[operand] = _arena.Add(Packed(before), gradient);
    }

    private void Accumulate(GgmlTensor parameter, GgmlTensor? accumulator)
    {
        if (accumulator is not null)
        {
            OperandRules.Require(accumulator.IsFloat32() && accumulator.Shape == parameter.Shape, "BuildBackwardExpand",
                "an accumulator must be f32 and have the parameter's shape", parameter, accumulator);
            _gradients[parameter] = _arena.AddInplace(accumulator, _gradients[parameter]);
            Accumulators.Add(accumulator);
        }
    }

    private GgmlTensor Packed(GgmlTensor tensor) => tensor.HasPackedRows() ? tensor : _arena.Cont(tensor);

    private GgmlTensor Contiguous(GgmlTensor tensor) => tensor.IsContiguous() ? tensor : _arena.Cont(tensor);

    private GgmlTensor Reshaped(GgmlTensor tensor, GgmlTensor like) =>
        tensor.Shape == like.Shape
            ? tensor
            : _arena.Reshape(Contiguous(tensor), like.Shape[0], like.Shape[1], like.Shape[2], like.Shape[3]);

    /// <summary>Sums over the repetitions of a smaller operand.</summary>
    private GgmlTensor Reduced(GgmlTensor gradient, GgmlTensor operand) =>
        gradient.Shape == operand.Shape ? gradient : _arena.RepeatBack(Packed(gradient), operand);
}
