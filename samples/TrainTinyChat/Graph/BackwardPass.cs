using LlamaNative.Compute;
using TrainTinyChat.Model;

namespace TrainTinyChat.Graph;

/// <summary>
/// The backward pass of a LLaMA, written by hand with matrix products. Read from top to bottom, it is the forward pass from
/// bottom to top. Some products sum over rows and others over columns (<see cref="MatrixProduct"/>); ggml's MulMat sums only
/// over rows and would need outer products or transposed copies.
/// </summary>
internal sealed class BackwardPass
{
    private readonly TensorArena _g;
    private readonly ModelShape _shape;
    private readonly ModelParameters _weights;
    private readonly BatchInputs _inputs;
    private readonly ForwardPass _forward;
    private readonly Dictionary<string, GgmlTensor> _gradients = new(StringComparer.Ordinal);

    public BackwardPass(TensorArena g, ModelParameters weights, BatchInputs inputs, ForwardPass forward, GgmlTensor logitsGradient)
    {
        _g = g;
        _shape = weights.Shape;
        _weights = weights;
        _inputs = inputs;
        _forward = forward;

        string output = _shape.TiedOutput ? "token_embd.weight" : "output.weight";
        GgmlTensor d = Linear(output, forward.Final, logitsGradient);
        d = Norm("output_norm.weight", forward.Output, forward.OutputNormed, d);
        for (int layer = _shape.Layers - 1; layer >= 0; layer--)
        {
            d = Layer($"blk.{layer}.", forward.Layers[layer], d);
        }

        GgmlTensor ofRows = _g.GetRowsBack(d, inputs.Tokens, weights["token_embd.weight"]);
        _gradients["token_embd.weight"] = _shape.TiedOutput ? _g.Add(_gradients["token_embd.weight"], ofRows) : ofRows;
    }

    public GgmlTensor this[string weight] => _gradients[weight];

    private GgmlTensor Layer(string blk, LayerTrace trace, GgmlTensor d)
    {
        // x = middle + ffn_down · swiglu(ffn_gate · n, ffn_up · n), where n is the normed middle.
        GgmlTensor hidden = Linear(blk + "ffn_down.weight", trace.Hidden, d);
        (GgmlTensor gate, GgmlTensor up) = _g.SwigluBack(hidden, trace.Gate, trace.Up);
        GgmlTensor normed = _g.Add(Linear(blk + "ffn_gate.weight", trace.FeedForwardInput, gate),
            Linear(blk + "ffn_up.weight", trace.FeedForwardInput, up));
        d = _g.Add(d, Norm(blk + "ffn_norm.weight", trace.Middle, trace.MiddleNormed, normed));

        // middle = x + attn_output · attention(normed x).
        GgmlTensor joined = Linear(blk + "attn_output.weight", trace.Joined, d);
        return _g.Add(d, Norm(blk + "attn_norm.weight", trace.Input, trace.Normed, Attention(blk, trace, joined)));
    }

    private GgmlTensor Attention(string blk, LayerTrace trace, GgmlTensor joined)
    {
        // The gradient of the heads' results, head by head, [head, C, heads, W].
        GgmlTensor mixed = _g.Cont(
            _g.Permute(_g.Reshape(joined, _shape.HeadWidth, _shape.Heads, _inputs.WindowLength, _inputs.Windows), 0, 2, 1, 3));

        // mixed = values · attention, attention = softmax(keys · queries).
        GgmlTensor attention = _g.Product(trace.Values, Sum.Rows, mixed, Sum.Rows);
        GgmlTensor scores = _g.SoftMaxExtBack(attention, trace.Attention, _shape.ScoreScale);

        // A group of query heads shares keys and values; as rows of one matrix, the sum over queries also sums over the group.
        GgmlTensor values = _g.Product(Grouped(mixed), Sum.Columns, Grouped(trace.Attention), Sum.Columns);
        GgmlTensor keys = _g.Product(Grouped(trace.Queries), Sum.Columns, Grouped(scores), Sum.Columns);
        GgmlTensor queries = _g.Product(trace.Keys, Sum.Columns, scores, Sum.Rows);

        GgmlTensor d = Linear(blk + "attn_q.weight", trace.AttentionInput, TurnBack(queries, _shape.Heads));
        d = _g.Add(d, Linear(blk + "attn_k.weight", trace.AttentionInput, TurnBack(keys, _shape.KeyHeads)));
        return _g.Add(d, Linear(blk + "attn_v.weight", trace.AttentionInput,
            _g.Reshape(ByToken(values), _shape.KeyWidth, _inputs.TokenCount)));
    }

    /// <summary>y = W x: stores the gradient of W, Σ x ⊗ dy over tokens, under its name; returns the gradient of x, Wᵀ dy.</summary>
    private GgmlTensor Linear(string weight, GgmlTensor input, GgmlTensor d)
    {
        _gradients[weight] = _g.Product(input, Sum.Columns, d, Sum.Columns);
        return _g.Product(_weights[weight], Sum.Columns, d, Sum.Rows);
    }

    /// <summary>y = normed(x) · w.</summary>
    private GgmlTensor Norm(string weight, GgmlTensor input, GgmlTensor normed, GgmlTensor d)
    {
        _gradients[weight] = _g.RepeatBack(_g.Mul(d, normed), _weights[weight]);
        return _g.RmsNormBack(_g.Mul(d, _weights[weight]), input, _shape.Epsilon);
    }

    /// <summary>Reverses RoPE and converts [head, C, heads, W] to rows of tokens, [head · heads, T].</summary>
    private GgmlTensor TurnBack(GgmlTensor rows, int heads) =>
        _g.Reshape(_g.RopeExtBack(_g.Reshape(ByToken(rows), _shape.HeadWidth, heads, _inputs.TokenCount), _inputs.Positions, _forward.Rope),
            _shape.HeadWidth * heads, _inputs.TokenCount);

    /// <summary>[n, C, heads, W], made contiguous and viewed as [n, C · group, key heads, W].</summary>
    private GgmlTensor Grouped(GgmlTensor byHead) =>
        _g.Reshape(byHead, byHead.Shape[0], byHead.Shape[1] * _shape.Group, _shape.KeyHeads, _inputs.Windows);

    private GgmlTensor ByToken(GgmlTensor rows) => _g.Cont(_g.Permute(rows, 0, 2, 1, 3));
}
