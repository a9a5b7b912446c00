using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.TestSupport;

/// <summary>The metadata and tensors that llama.cpp requires for each architecture.</summary>
internal static class TinyArchitecture
{
    private const int MambaKernel = 4;
    private const int MambaState = 16;
    private const int MambaRank = 8;
    private const int RelativeBuckets = 8;

    public static void AddMetadata(ModelFile file, TinyModelOptions o)
    {
        string a = o.Architecture;
        bool mamba = a == "mamba";
        Add("general.architecture", GgufValue.Of(a));
        Add("general.name", GgufValue.Of("tiny"));
        Add($"{a}.context_length", Number(o.ContextLength));
        Add($"{a}.embedding_length", Number(o.Embedding));
        Add($"{a}.block_count", Number(o.Layers));
        Add($"{a}.feed_forward_length", Number(mamba ? 0 : FeedForward(o)));
        Add($"{a}.attention.head_count", Number(mamba ? 0 : o.Heads));
        Add(a == "bert" ? "bert.attention.layer_norm_epsilon" : $"{a}.attention.layer_norm_rms_epsilon", GgufValue.Of(1e-5f));
        if (mamba)
        {
            Add("mamba.ssm.conv_kernel", Number(MambaKernel));
            Add("mamba.ssm.inner_size", Number(o.Embedding * 2));
            Add("mamba.ssm.state_size", Number(MambaState));
            Add("mamba.ssm.time_step_rank", Number(MambaRank));
        }
        else
        {
            Add($"{a}.attention.head_count_kv", Number(o.HeadsKv));
        }

        if (a == "bert")
        {
            Add("bert.attention.causal", GgufValue.Of(false));
        }
        else if (a == "t5")
        {
            Add("t5.attention.relative_buckets_count", Number(RelativeBuckets));
            Add("t5.decoder_start_token_id", Number(o.Vocabulary["<pad>"]));
        }
        else if (!mamba)
        {
            Add($"{a}.rope.dimension_count", Number(o.Embedding / o.Heads));
        }

        AddOptional($"{a}.attention.sliding_window", o.SlidingWindow is { } window ? Number(window) : null);
        AddOptional($"{a}.pooling_type", o.Pooling is { } pooling ? Number(pooling) : null);
        AddOptional($"{a}.classifier.output_labels", o.Classes is { } classes ? GgufValue.OfStrings(classes) : null);
        AddOptional($"{a}.vocab_size", o.Vocabulary.IsNone ? Number(o.Vocabulary.Count) : null);
        AddOptional("tokenizer.chat_template", o.ChatTemplate is { } template ? GgufValue.Of(template) : null);

        static GgufValue Number(int value) => GgufValue.Of((uint)value);

        void Add(string key, GgufValue value) => file.Metadata[key] = value;

        void AddOptional(string key, GgufValue? value)
        {
            if (value is not null)
            {
                Add(key, value);
            }
        }
    }

    public static IEnumerable<(string Name, TensorShape Shape)> Tensors(TinyModelOptions o)
    {
        int n = o.Embedding;
        return
        [
            ("token_embd.weight", new TensorShape(n, o.Vocabulary.Count)),
            .. o.Architecture switch
            {
                "bert" => BertEnds(o),
                "t5" => T5(o),
                "gemma2" => [("output_norm.weight", new TensorShape(n))],
                _ when o.Tied => [("output_norm.weight", new TensorShape(n))],
                _ => [("output_norm.weight", new TensorShape(n)), ("output.weight", new TensorShape(n, o.Vocabulary.Count))],
            },
            .. Enumerable.Range(0, o.Architecture == "t5" ? 0 : o.Layers)
                .SelectMany(layer => Layer(o).Select(tensor => ($"blk.{layer}.{tensor.Name}", tensor.Shape))),
        ];
    }

    private static int FeedForward(TinyModelOptions o) => o.FeedForward ?? (o.Embedding * 2);

    private static (string Name, TensorShape Shape)[] Layer(TinyModelOptions o) => o.Architecture switch
    {
        "bert" => BertLayer(o),
        "mamba" => MambaLayer(o.Embedding),
        "gemma2" =>
        [
            .. LlamaLayer(o),
            ("post_attention_norm.weight", new TensorShape(o.Embedding)),
            ("post_ffw_norm.weight", new TensorShape(o.Embedding)),
        ],
        _ => LlamaLayer(o),
    };

    private static (string Name, TensorShape Shape)[] LlamaLayer(TinyModelOptions o)
    {
        int n = o.Embedding;
        int kv = n / o.Heads * o.HeadsKv;
        return
        [
            ("attn_norm.weight", new TensorShape(n)),
            ("attn_q.weight", new TensorShape(n, n)),
            ("attn_k.weight", new TensorShape(n, kv)),
            ("attn_v.weight", new TensorShape(n, kv)),
            ("attn_output.weight", new TensorShape(n, n)),
            ("ffn_norm.weight", new TensorShape(n)),
            ("ffn_gate.weight", new TensorShape(n, FeedForward(o))),
            ("ffn_up.weight", new TensorShape(n, FeedForward(o))),
            ("ffn_down.weight", new TensorShape(FeedForward(o), n)),
        ];
    }

    private static (string Name, TensorShape Shape)[] MambaLayer(int n)
    {
        int inner = n * 2;
        return
        [
            ("attn_norm.weight", new TensorShape(n)),
            ("ssm_in.weight", new TensorShape(n, inner * 2)),
            ("ssm_conv1d.weight", new TensorShape(MambaKernel, inner)),
            ("ssm_conv1d.bias", new TensorShape(inner)),
            ("ssm_x.weight", new TensorShape(inner, MambaRank + (2 * MambaState))),
            ("ssm_dt.weight", new TensorShape(MambaRank, inner)),
            ("ssm_dt.bias", new TensorShape(inner)),
            ("ssm_a", new TensorShape(MambaState, inner)),
            ("ssm_d", new TensorShape(inner)),
            ("ssm_out.weight", new TensorShape(inner, n)),
        ];
    }

    /// <summary>The norms at the ends of both halves, and their layers.</summary>
    private static (string Name, TensorShape Shape)[] T5(TinyModelOptions o)
    {
        int n = o.Embedding;
        var square = new TensorShape(n, n);
        return
        [
            ("enc.output_norm.weight", new TensorShape(n)),
            ("dec.output_norm.weight", new TensorShape(n)),
            ("output.weight", new TensorShape(n, o.Vocabulary.Count)),
            .. Enumerable.Range(0, o.Layers).SelectMany(layer => Layer($"enc.blk.{layer}.", layer, "attn")),
            .. Enumerable.Range(0, o.Layers).SelectMany(layer => Layer($"dec.blk.{layer}.", layer, "attn", "cross_attn")),
        ];

        (string, TensorShape)[] Layer(string prefix, int layer, params string[] attentions) =>
        [
            .. attentions.Select(attention => ($"{prefix}{attention}_norm.weight", new TensorShape(n))),
            .. attentions.SelectMany(attention => "qkvo".Select(matrix => ($"{prefix}{attention}_{matrix}.weight", square))),
            .. layer > 0 ? [] : ((string, TensorShape)[])[(prefix + "attn_rel_b.weight", new TensorShape(o.Heads, RelativeBuckets))],
            (prefix + "ffn_norm.weight", new TensorShape(n)),
            (prefix + "ffn_up.weight", new TensorShape(n, FeedForward(o))),
            (prefix + "ffn_down.weight", new TensorShape(FeedForward(o), n)),
        ];
    }

    private static (string Name, TensorShape Shape)[] BertEnds(TinyModelOptions o) =>
    [
        ("token_types.weight", new TensorShape(o.Embedding, 2)),
        ("position_embd.weight", new TensorShape(o.Embedding, o.ContextLength)),
        .. WithBias("token_embd_norm", new TensorShape(o.Embedding), o.Embedding),
        .. o.Classes is null ? [] : WithBias("cls", new TensorShape(o.Embedding, o.Embedding), o.Embedding),
        .. o.Classes is null ? [] : WithBias("cls.output", new TensorShape(o.Embedding, o.Classes.Count), o.Classes.Count),
    ];

    private static (string Name, TensorShape Shape)[] BertLayer(TinyModelOptions o)
    {
        var vector = new TensorShape(o.Embedding);
        var square = new TensorShape(o.Embedding, o.Embedding);
        return
        [
            .. ((string[])["attn_q", "attn_k", "attn_v", "attn_output"]).SelectMany(name => WithBias(name, square, o.Embedding)),
            .. WithBias("attn_output_norm", vector, o.Embedding),
            .. WithBias("ffn_up", new TensorShape(o.Embedding, FeedForward(o)), FeedForward(o)),
            .. WithBias("ffn_down", new TensorShape(FeedForward(o), o.Embedding), o.Embedding),
            .. WithBias("layer_output_norm", vector, o.Embedding),
        ];
    }

    private static (string Name, TensorShape Shape)[] WithBias(string name, TensorShape shape, int outputs) =>
        [(name + ".weight", shape), (name + ".bias", new TensorShape(outputs))];
}
