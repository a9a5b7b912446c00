using LlamaNative.Compute;
using TrainTinyChat.Model;

namespace TrainTinyChat.Graph;

/// <summary>
/// The backward pass of a LLaMA, written out with matrix products: read it from top to bottom, it is the forward pass
/// from bottom to top. MulMat sums over rows' elements, so whatever is summed over must lie along rows; what does not is
/// transposed before (<see cref="BlockedTranspose"/>), which is cheaper than ggml's OutProd by far.
/// </summary>
internal sealed class BackwardPass
{
    private readonly TensorArena g;
    private readonly ModelShape _shape;
    private readonly ModelParameters _weights;
    private readonly BatchInputs _inputs;
    private readonly ForwardPass _forward;
    private readonly Dictionary<string, GgmlTensor> _gradients = new(StringComparer.Ordinal);

    public BackwardPass(TensorArena g, ModelParameters weights, BatchInputs inputs, ForwardPass forward, GgmlTensor logitsGradient)
    {
        this.g = g;
        _shape = weights.Shape;
        _weights = weights;
        _inputs = inputs;
        _forward = forward;

        string output = _shape.TiedOutput ? "token_embd.weight" : "output.weight";
        GgmlTensor d = Linear(output, g.Transposed(forward.Final), logitsGradient);
        d = Norm("output_norm.weight", forward.Output, forward.OutputNormed, d);
        for (int layer = _shape.Layers - 1; layer >= 0; layer--)
        {
            d = Layer($"blk.{layer}.", forward.Layers[layer], d);
        }

        GgmlTensor ofRows = g.GetRowsBack(d, inputs.Tokens, weights["token_embd.weight"]);
        _gradients["token_embd.weight"] = _shape.TiedOutput ? g.Add(_gradients["token_embd.weight"], ofRows) : ofRows;
    }

    public GgmlTensor this[string weight] => _gradients[weight];

    private GgmlTensor Layer(string blk, LayerTrace trace, GgmlTensor d)
    {
        // x = middle + ffn_down · swiglu(ffn_gate · n, ffn_up · n) with n the normed middle.
        GgmlTensor hidden = Linear(blk + "ffn_down.weight", g.Transposed(trace.Hidden), d);
        (GgmlTensor gate, GgmlTensor up) = g.SwigluBack(hidden, trace.Gate, trace.Up);
        GgmlTensor across = g.Transposed(trace.FeedForwardInput);
        GgmlTensor normed = g.Add(Linear(blk + "ffn_gate.weight", across, gate), Linear(blk + "ffn_up.weight", across, up));
        d = g.Add(d, Norm(blk + "ffn_norm.weight", trace.Middle, trace.MiddleNormed, normed));

        // middle = x + attn_output · attention(normed x).
        GgmlTensor joined = Linear(blk + "attn_output.weight", g.Transposed(trace.Joined), d);
        return g.Add(d, Norm(blk + "attn_norm.weight", trace.Input, trace.Normed, Attention(blk, trace, joined)));
    }

    private GgmlTensor Attention(string blk, LayerTrace trace, GgmlTensor joined)
    {
        // The gradient of the heads' results, head by head, [head, C, heads, W].
        GgmlTensor mixed = g.Cont(g.Permute(g.Reshape(joined, _shape.HeadWidth, _shape.Heads, _inputs.WindowLength, _inputs.Windows), 0, 2, 1, 3));

        // mixed = values · attention, attention = softmax(keys · queries).
        GgmlTensor attention = g.MulMat(trace.Values, mixed);
        GgmlTensor scores = g.SoftMaxExtBack(attention, trace.Attention, _shape.ScoreScale);

        // A group of query heads shares keys and values: side by side, the sum over queries is also the sum over the group.
        GgmlTensor values = g.MulMat(g.Transposed(mixed, _shape.Group), g.Transposed(trace.Attention, _shape.Group));
        GgmlTensor keys = g.MulMat(g.Transposed(trace.Queries, _shape.Group), g.Transposed(scores, _shape.Group));
        GgmlTensor queries = g.MulMat(g.Transposed(trace.Keys), scores);

        GgmlTensor across = g.Transposed(trace.AttentionInput);
        GgmlTensor d = Linear(blk + "attn_q.weight", across, TurnBack(queries, _shape.Heads));
        d = g.Add(d, Linear(blk + "attn_k.weight", across, TurnBack(keys, _shape.KeyHeads)));
        return g.Add(d, Linear(blk + "attn_v.weight", across, g.Reshape(ByToken(values), _shape.KeyWidth, _inputs.TokenCount)));
    }

    /// <summary>y = W x: the gradient of W is Σ x ⊗ dy over tokens, noted under its name; that of x, Wᵀ dy, is the result.</summary>
    private GgmlTensor Linear(string weight, GgmlTensor inputAcross, GgmlTensor d)
    {
        _gradients[weight] = g.MulMat(inputAcross, g.Transposed(d));
        return g.MulMat(g.Transposed(_weights[weight]), d);
    }

    /// <summary>y = normed(x) · w.</summary>
    private GgmlTensor Norm(string weight, GgmlTensor input, GgmlTensor normed, GgmlTensor d)
    {
        _gradients[weight] = g.RepeatBack(g.Mul(d, normed), _weights[weight]);
        return g.RmsNormBack(g.Mul(d, _weights[weight]), input, _shape.Epsilon);
    }

    /// <summary>[head, C, heads, W] back to rows of tokens, turned back, [head · heads, T].</summary>
    private GgmlTensor TurnBack(GgmlTensor rows, int heads) =>
        g.Reshape(g.RopeExtBack(g.Reshape(ByToken(rows), _shape.HeadWidth, heads, _inputs.TokenCount), _inputs.Positions, _forward.Rope), _shape.HeadWidth * heads, _inputs.TokenCount);

    private GgmlTensor ByToken(GgmlTensor rows) => g.Cont(g.Permute(rows, 0, 2, 1, 3));
}
