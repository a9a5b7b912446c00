using Llama3FromScratch.Model;
using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace Llama3FromScratch;

/// <summary>
/// The forward pass of a LLaMA, written by hand; read it from top to bottom. Comments give shapes with one row per token, for
/// n tokens, each of which attends to those before it. (ggml lists the same dimensions in reverse order.)
/// </summary>
internal sealed class ForwardPass : IDisposable
{
    private readonly LlamaWeights _weights;
    private readonly LlamaShape _shape;
    private readonly KeyValueCache _cache;
    private readonly bool _traced;
    private readonly int _tokens;
    private readonly int _visible;
    private readonly TensorArena _inputs;
    private readonly TensorArena _g; // short, because almost every line below starts with it
    private readonly ComputeGraph _graph;
    private readonly List<Step> _steps = [];

    private readonly GgmlTensor _ids;
    private readonly GgmlTensor _positions;
    private readonly GgmlTensor _valuePlaces;
    private readonly GgmlTensor _mask;
    private readonly int[] _valuePlacesData;
    private readonly int[] _positionsData;
    private readonly float[] _maskData;

    /// <summary>Builds the pass for a number of tokens, evaluated at once.</summary>
    /// <param name="weights">The model.</param>
    /// <param name="cache">The keys and values of all tokens.</param>
    /// <param name="backend">The backend that computes.</param>
    /// <param name="tokens">The number of input tokens, n.</param>
    /// <param name="visible">The number of cache cells that are attended to; at least the number of tokens so far.</param>
    /// <param name="traced">Whether to keep the result of every step.</param>
    public ForwardPass(LlamaWeights weights, KeyValueCache cache, Backend backend, int tokens, int visible, bool traced)
    {
        _weights = weights;
        _shape = weights.Shape;
        _cache = cache;
        _tokens = tokens;
        _visible = visible;
        _traced = traced;
        _inputs = new TensorArena(8);
        _g = new TensorArena(64 + (_shape.Layers * 64));
        _graph = new ComputeGraph(64 + (_shape.Layers * 64));

        _ids = _inputs.NewTensor(GgmlType.I32, tokens);
        _positions = _inputs.NewTensor(GgmlType.I32, tokens);
        _valuePlaces = _inputs.NewTensor(GgmlType.I32, (long)tokens * _shape.KeyWidth);
        _mask = _inputs.NewTensor(GgmlType.F32, visible, tokens);
        _inputs.Allocate(backend);
        _positionsData = new int[tokens];
        _valuePlacesData = new int[tokens * _shape.KeyWidth];
        _maskData = new float[tokens * visible];

        Logits = _g.SetOutput(Build());
        _graph.BuildForwardExpand(Logits);
        _graph.Allocate(backend);
    }

    /// <summary>The steps in order; the results of a traced pass can be read after <see cref="Run"/>.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>A logit for each token of the vocabulary, [n×vocabulary]; only the last row if the pass is not traced.</summary>
    public GgmlTensor Logits { get; }

    /// <summary>
    /// The logits that each layer would give if it were the last: final norm and output matrix applied after every layer. Traced
    /// passes only.
    /// </summary>
    public List<GgmlTensor> Lens { get; } = [];

    private GgmlTensor Build()
    {
        // Token ids → embedding rows: each id picks its row of the embedding matrix, [n×width].
        GgmlTensor x = Note("embedding rows", null, "embd", "GET_ROWS", _g.GetRows(_weights.Embedding, _ids));

        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            x = Layer(layer, x);
            if (_traced)
            {
                Lens.Add(_g.SetOutput(Say(x)));
                _graph.BuildForwardExpand(Lens[^1]);
            }
        }

        // Only the last token's row is needed to continue; a traced pass shows all.
        if (!_traced)
        {
            x = _g.Slice(x, 1, _tokens - 1, 1);
        }

        // Final norm [n×width] → logits [n×vocabulary].
        x = Note("final norm", null, "result_norm", "MUL", Norm(x, "output_norm"));
        return Note("logits", null, "result_output", "MUL_MAT", _g.MulMat(_weights.Output, x));
    }

    private GgmlTensor Layer(int layer, GgmlTensor x)
    {
        string blk = $"blk.{layer}.";

        // RMSNorm: every row is scaled to mean square 1, every column by its weight, [n×width].
        GgmlTensor normed = Note("normalised input", layer, "attn_norm", "MUL", Norm(x, blk + "attn_norm"));

        // Attention and the residual: the result is added to the row, [n×width].
        GgmlTensor found = Attention(layer, blk, normed);
        x = Note("residual", layer, "ffn_inp", "ADD", _g.Add(found, x));

        // RMSNorm again.
        normed = Note("normalised residual", layer, "ffn_norm", "MUL", Norm(x, blk + "ffn_norm"));

        // SwiGLU: one projection gates the other, silu(gate) · up, [n×hidden]; then it is projected back to [n×width].
        GgmlTensor gate = Linear("gate", layer, "ffn_gate", blk + "ffn_gate", normed);
        GgmlTensor up = Linear("up", layer, "ffn_up", blk + "ffn_up", normed);
        GgmlTensor hidden = Note("SwiGLU", layer, "ffn_swiglu", "SWIGLU", _g.SwigluSplit(gate, up));
        GgmlTensor down = Linear("down", layer, "ffn_out", blk + "ffn_down", hidden);

        // The second residual: the layer's output, [n×width].
        return Note("layer output", layer, "l_out", "ADD", _g.Add(down, x));
    }

    private GgmlTensor Attention(int layer, string blk, GgmlTensor x)
    {
        int d = _shape.HeadWidth;

        // Three projections of each token: query, key and value. The heads are adjacent in a row, so [n×heads·d] is
        // already [n×d] for each head; with grouped queries there are fewer keys than queries.
        GgmlTensor q = Linear("queries", layer, "Qcur", blk + "attn_q", x, _shape.Heads);
        GgmlTensor k = Linear("keys", layer, "Kcur", blk + "attn_k", x, _shape.KeyHeads);
        GgmlTensor v = Linear("values", layer, "Vcur", blk + "attn_v", x, _shape.KeyHeads);

        // RoPE: each pair of adjacent numbers of a head is a point, rotated by the token's position, [n×d] for each head.
        q = Rope("rotated queries", "Qcur", layer, _g.Reshape(q, d, _shape.Heads, _tokens));
        k = Rope("rotated keys", "Kcur", layer, _g.Reshape(k, d, _shape.KeyHeads, _tokens));

        // Write keys and values to the cache, and read those of all tokens so far, as views.
        GgmlTensor keys = _cache.Keys(_g, layer, _g.Reshape(k, _shape.KeyWidth, _tokens), _positions, _visible);
        GgmlTensor values = _cache.Values(_g, layer, v, _valuePlaces, _visible);

        // Scores: every query times every key, [n×visible] for each head. MulMat broadcasts the key heads to the query heads.
        GgmlTensor scores = Note("scores", layer, "kq", "MUL_MAT", _g.MulMat(keys, _g.Permute(q, 0, 2, 1, 3)));

        // Causal mask and softmax: scores / √d, minus infinity for later tokens, then each row is normalized to sum 1.
        GgmlTensor attention = Note("attention (masked, softmax)", layer, "kq_soft_max", "SOFT_MAX",
            _g.SoftMaxExt(scores, _mask, _shape.ScoreScale));

        // Values weighted by attention, [n×d] for each head; then the heads are concatenated, [n×heads·d].
        GgmlTensor mixed = Note("values mixed", layer, "kqv", "MUL_MAT", _g.MulMat(values, attention));
        GgmlTensor joined = Note("heads joined", layer, "kqv_out", "CONT", _g.Cont(_g.Permute(mixed, 0, 2, 1, 3)));

        // Output projection, [n×width].
        return Linear("attention output", layer, "attn_out", blk + "attn_output", _g.Reshape(joined, (long)d * _shape.Heads, _tokens));
    }

    /// <summary>RMSNorm: x / √(mean(x²) + ε) · weight, for each row.</summary>
    private GgmlTensor Norm(GgmlTensor x, string weight) => _g.Mul(_g.RmsNorm(x, _shape.Epsilon), _weights[weight + ".weight"]);

    /// <summary>Multiplies rows by a matrix and adds the bias if the model has one.</summary>
    private GgmlTensor Linear(string name, int layer, string counterpart, string weight, GgmlTensor x, int heads = 1)
    {
        GgmlTensor product = _g.MulMat(_weights[weight + ".weight"], x);
        return _weights.Find(weight + ".bias") is { } bias
            ? Note(name, layer, counterpart, "ADD", _g.Add(product, bias), heads)
            : Note(name, layer, counterpart, "MUL_MAT", product, heads);
    }

    private GgmlTensor Rope(string name, string counterpart, int layer, GgmlTensor heads) =>
        Note(name, layer, counterpart, "ROPE", _g.RopeExt(heads, _positions, _shape.Rope, _weights.RopeFactors));

    /// <summary>Converts rows to logits: final norm and output matrix.</summary>
    private GgmlTensor Say(GgmlTensor x) => _g.MulMat(_weights.Output, Norm(x, "output_norm"));

    /// <summary>Evaluates tokens at the positions that start at <paramref name="past"/>.</summary>
    public void Run(ReadOnlySpan<int> ids, int past, CancellationToken cancellationToken = default)
    {
        for (int i = 0; i < _tokens; i++)
        {
            _positionsData[i] = past + i;
            _cache.PlaceValues(past + i, _valuePlacesData.AsSpan(i * _shape.KeyWidth, _shape.KeyWidth));

            // The causal mask: 0 up to and including this token, minus infinity for later tokens and empty cells.
            Span<float> row = _maskData.AsSpan(i * _visible, _visible);
            row[..(past + i + 1)].Clear();
            row[(past + i + 1)..].Fill(float.NegativeInfinity);
        }

        _ids.Write(ids);
        _positions.Write<int>(_positionsData);
        _valuePlaces.Write<int>(_valuePlacesData);
        _mask.Write<float>(_maskData);
        _graph.Compute(cancellationToken);
    }

    public void Dispose()
    {
        _graph.Dispose();
        _g.Dispose();
        _inputs.Dispose();
    }

    /// <summary>Names a result, and keeps it if the pass is traced.</summary>
    private GgmlTensor Note(string name, int? layer, string counterpart, string operation, GgmlTensor result, int heads = 1)
    {
        if (_traced)
        {
            _g.SetOutput(result);
            string counted = layer is null ? counterpart : $"{counterpart}-{layer}";
            _steps.Add(new Step(name, layer, Describe(name, result.Shape, heads), counted, operation, result));
        }

        return result;
    }

    private static string Describe(string name, TensorShape ne, int heads) => name switch
    {
        "scores" or "attention (masked, softmax)" => $"[{ne[1]}×{ne[0]}] for each of {ne[2]} heads",
        "values mixed" => $"[{ne[1]}×{ne[0]}] for each of {ne[2]} heads",
        "heads joined" => $"[{ne[2]}×{ne[0] * ne[1]}]",
        "rotated queries" or "rotated keys" => $"[{ne[2]}×{ne[0]}] for each of {ne[1]} heads",
        _ when heads > 1 => $"[{ne[1]}×{ne[0]}]: [{ne[1]}×{ne[0] / heads}] for each of {heads} heads",
        _ => $"[{ne[1]}×{ne[0]}]",
    };
}
