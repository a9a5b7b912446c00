using LlamaNative.Compute;
using LlamaNative.Tensors;
using TrainTinyChat.Model;

namespace TrainTinyChat.Graph;

/// <summary>The results of a layer that the backward pass needs. Shapes are ggml's, for T tokens in W windows of C.</summary>
internal sealed class LayerTrace
{
    public required GgmlTensor Input { get; init; }

    /// <summary>The input's rows, scaled to mean square 1, before multiplication by the weight: [width, T].</summary>
    public required GgmlTensor Normed { get; init; }

    public required GgmlTensor AttentionInput { get; init; }

    /// <summary>Rotated queries by head, [head, C, heads, W]; a view, like keys and values.</summary>
    public required GgmlTensor Queries { get; init; }

    public required GgmlTensor Keys { get; init; }

    public required GgmlTensor Values { get; init; }

    /// <summary>[C keys, C queries, heads, W].</summary>
    public required GgmlTensor Attention { get; init; }

    /// <summary>The concatenated results of the heads, [width, T].</summary>
    public required GgmlTensor Joined { get; init; }

    public required GgmlTensor Middle { get; init; }

    public required GgmlTensor MiddleNormed { get; init; }

    public required GgmlTensor FeedForwardInput { get; init; }

    public required GgmlTensor Gate { get; init; }

    public required GgmlTensor Up { get; init; }

    public required GgmlTensor Hidden { get; init; }
}

/// <summary>The forward pass of a LLaMA over windows of tokens, without a cache, all positions at once.</summary>
internal sealed class ForwardPass
{
    private readonly ModelShape _shape;
    private readonly TensorArena _g; // short, because almost every line below starts with it
    private readonly ModelParameters _weights;
    private readonly BatchInputs _inputs;
    private readonly bool _differentiable;

    /// <param name="g">The arena for results.</param>
    /// <param name="weights">The model.</param>
    /// <param name="inputs">The tokens.</param>
    /// <param name="differentiable">Whether to use only ggml's operators, so that it can derive gradients automatically.</param>
    public ForwardPass(TensorArena g, ModelParameters weights, BatchInputs inputs, bool differentiable)
    {
        _g = g;
        _weights = weights;
        _shape = weights.Shape;
        _inputs = inputs;
        _differentiable = differentiable;
        Rope = new RopeParameters { DimensionCount = _shape.RopeDimensions ?? _shape.HeadWidth, FrequencyBase = _shape.RopeBase };
        Embedded = _g.GetRows(weights["token_embd.weight"], inputs.Tokens);
        GgmlTensor x = Embedded;
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            x = Layer($"blk.{layer}.", x);
        }

        Output = x;
        OutputNormed = _g.RmsNorm(x, _shape.Epsilon);
        Final = _g.Mul(OutputNormed, weights["output_norm.weight"]);
        Logits = Times(weights.Output, Final);
    }

    public RopeParameters Rope { get; }

    public GgmlTensor Embedded { get; }

    public List<LayerTrace> Layers { get; } = [];

    public GgmlTensor Output { get; }

    public GgmlTensor OutputNormed { get; }

    public GgmlTensor Final { get; }

    /// <summary>[vocabulary, T].</summary>
    public GgmlTensor Logits { get; }

    private GgmlTensor Layer(string blk, GgmlTensor x)
    {
        GgmlTensor normed = _g.RmsNorm(x, _shape.Epsilon);
        GgmlTensor attentionInput = _g.Mul(normed, _weights[blk + "attn_norm.weight"]);
        GgmlTensor queries = _g.Cont(ByHead(Turn(Times(_weights[blk + "attn_q.weight"], attentionInput), _shape.Heads), _shape.Heads));
        GgmlTensor keys = ByHead(Turn(Times(_weights[blk + "attn_k.weight"], attentionInput), _shape.KeyHeads), _shape.KeyHeads);
        GgmlTensor values = ByHead(Times(_weights[blk + "attn_v.weight"], attentionInput), _shape.KeyHeads);

        // Otherwise ggml's allocator would let the gradient of a softmax overwrite the softmax that its kernel still reads.
        GgmlTensor attention = _g.SetOutput(_g.SoftMaxExt(Scores(keys, queries), _inputs.Mask, _shape.ScoreScale));
        GgmlTensor joined = _g.Reshape(_g.Cont(_g.Permute(Mix(values, attention), 0, 2, 1, 3)), _shape.Width, _inputs.TokenCount);
        GgmlTensor middle = _g.Add(x, Times(_weights[blk + "attn_output.weight"], joined));

        GgmlTensor middleNormed = _g.RmsNorm(middle, _shape.Epsilon);
        GgmlTensor feedForwardInput = _g.Mul(middleNormed, _weights[blk + "ffn_norm.weight"]);
        GgmlTensor gate = Times(_weights[blk + "ffn_gate.weight"], feedForwardInput);
        GgmlTensor up = Times(_weights[blk + "ffn_up.weight"], feedForwardInput);
        GgmlTensor hidden = _g.SwigluSplit(gate, up);
        Layers.Add(new LayerTrace
        {
            Input = x,
            Normed = normed,
            AttentionInput = attentionInput,
            Queries = queries,
            Keys = keys,
            Values = values,
            Attention = attention,
            Joined = joined,
            Middle = middle,
            MiddleNormed = middleNormed,
            FeedForwardInput = feedForwardInput,
            Gate = gate,
            Up = up,
            Hidden = hidden,
        });
        return _g.Add(middle, Times(_weights[blk + "ffn_down.weight"], hidden));
    }

    /// <summary>MulMat.</summary>
    private GgmlTensor Times(GgmlTensor a, GgmlTensor b) => _differentiable ? _g.MulMat(a, b) : _g.Product(a, Sum.Rows, b, Sum.Rows);

    /// <summary>Every query times every key: [C keys, C queries, heads, W].</summary>
    private GgmlTensor Scores(GgmlTensor keys, GgmlTensor queries) => _differentiable
        ? Windows(_g.MulMat(Merged(_g.Cont(keys)), Merged(queries)))
        : Times(keys, queries);

    /// <summary>Values weighted by attention: [head, C, heads, W].</summary>
    private GgmlTensor Mix(GgmlTensor values, GgmlTensor attention) => _differentiable
        ? Windows(_g.MulMat(Merged(_g.Cont(_g.Transpose(values))), Merged(attention)))
        : _g.Product(values, Sum.Columns, attention, Sum.Rows);

    /// <summary>Merges heads and windows into one dimension; ggml's automatic pass cannot handle both when heads are grouped.</summary>
    private GgmlTensor Merged(GgmlTensor byHead) => _g.Reshape(byHead, byHead.Shape[0], byHead.Shape[1], byHead.Shape[2] * byHead.Shape[3]);

    private GgmlTensor Windows(GgmlTensor merged) => _g.Reshape(merged, merged.Shape[0], merged.Shape[1], _shape.Heads, _inputs.Windows);

    /// <summary>RoPE: [head · heads, T] to rotated heads, [head, heads, T].</summary>
    private GgmlTensor Turn(GgmlTensor rows, int heads) =>
        _g.RopeExt(_g.Reshape(rows, _shape.HeadWidth, heads, _inputs.TokenCount), _inputs.Positions, Rope);

    /// <summary>[head · heads, T] viewed as [head, C, heads, W].</summary>
    private GgmlTensor ByHead(GgmlTensor rows, int heads) =>
        _g.Permute(_g.Reshape(rows, _shape.HeadWidth, heads, _inputs.WindowLength, _inputs.Windows), 0, 2, 1, 3);
}
