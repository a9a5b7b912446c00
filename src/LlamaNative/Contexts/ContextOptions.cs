using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace LlamaNative;

/// <summary>
/// The sizes and switches of a context; the names are llama.cpp's and so are the defaults
/// (<c>llama_context_default_params</c>), but for the context's size and its threads, which suit the model and machine.
/// </summary>
public sealed record ContextOptions
{
    /// <summary>
    /// Tokens the KV cache holds, over all sequences. Null takes the trained length but at most 4096; 0 takes the
    /// trained length whatever it is. llama.cpp rounds up to a multiple of 256; <see cref="LlamaContext.ContextSize"/> tells.
    /// </summary>
    public int? ContextSize { get; init; }

    /// <summary>Most tokens of one <see cref="LlamaContext.Decode"/> (n_batch).</summary>
    public int BatchSize { get; init; } = 2048;

    /// <summary>Most tokens computed at once (n_ubatch); a prompt can be cancelled between two of these.</summary>
    public int MicroBatchSize { get; init; } = 512;

    /// <summary>Sequences the KV cache keeps apart (n_seq_max).</summary>
    public int MaxSequences { get; init; } = 1;

    /// <summary>Snapshots of a recurrent state kept for each sequence, to go back by (n_rs_seq, experimental).</summary>
    public int RecurrentSnapshots { get; init; }

    /// <summary>Most outputs of one micro-batch; 0 is as many as tokens (n_outputs_max).</summary>
    public int MaxOutputs { get; init; }

    /// <summary>Most outputs of one sequence; 0 is <see cref="MaxOutputs"/> (n_outputs_max_per_seq).</summary>
    public int MaxOutputsPerSequence { get; init; } = 1;

    /// <summary>Threads that compute a single token; null takes one for each core, which with SMT is half the processors.</summary>
    public int? Threads { get; init; }

    /// <summary>Threads that compute a prompt; null takes as many as <see cref="Threads"/>.</summary>
    public int? BatchThreads { get; init; }

    /// <summary>
    /// Attaches threads of the context's own, which wait between tokens. Without them every token starts its
    /// threads anew.
    /// </summary>
    public bool AttachThreadPool { get; init; } = true;

    /// <summary>How long idle threads of the pool spin before they sleep, from 0 (never) to 100.</summary>
    public int ThreadPolling { get; init; } = 50;

    /// <summary>What the context computes.</summary>
    internal ContextType ContextType { get; init; }

    /// <summary>How RoPE is stretched.</summary>
    public RopeScaling RopeScaling { get; init; } = RopeScaling.FromModel;

    /// <summary>RoPE's base frequency; 0 is the model's.</summary>
    public float RopeFrequencyBase { get; init; }

    /// <summary>RoPE's frequency factor; 0 is the model's.</summary>
    public float RopeFrequencyScale { get; init; }

    /// <summary>YaRN: the mix of extrapolation; negative is the model's.</summary>
    public float YarnExtrapolationFactor { get; init; } = -1;

    /// <summary>YaRN: the scale of magnitudes; negative is the model's.</summary>
    public float YarnAttentionFactor { get; init; } = -1;

    /// <summary>YaRN: the low correction dimension; negative is the model's.</summary>
    public float YarnBetaFast { get; init; } = -1;

    /// <summary>YaRN: the high correction dimension; negative is the model's.</summary>
    public float YarnBetaSlow { get; init; } = -1;

    /// <summary>YaRN: the context the model was trained with; 0 is the model's.</summary>
    public int YarnOriginalContext { get; init; }

    /// <summary>How embeddings are pooled.</summary>
    public PoolingType PoolingType { get; init; } = PoolingType.FromModel;

    /// <summary>Which tokens a token sees.</summary>
    public AttentionType AttentionType { get; init; } = AttentionType.FromModel;

    /// <summary>When attention is fused.</summary>
    public FlashAttention FlashAttention { get; init; } = FlashAttention.Auto;

    /// <summary>The type of the cached keys.</summary>
    public GgmlType CacheTypeK { get; init; } = GgmlType.F16;

    /// <summary>The type of the cached values; a quantized one needs flash attention.</summary>
    public GgmlType CacheTypeV { get; init; } = GgmlType.F16;

    /// <summary>Computes embeddings along with the logits.</summary>
    public bool Embeddings { get; init; }

    /// <summary>Keeps the KV cache and its operations on the GPU.</summary>
    public bool OffloadKqv { get; init; } = true;

    /// <summary>Lets the GPU compute large operations whose weights lie in host memory.</summary>
    public bool OffloadOperations { get; init; } = true;

    /// <summary>Gives sliding-window layers a cache of full size, which lets a conversation go back.</summary>
    public bool FullSlidingWindowCache { get; init; } = true;

    /// <summary>
    /// One buffer for all sequences, so that they share cells and each can grow to the whole context; otherwise each
    /// has an equal part.
    /// </summary>
    public bool UnifiedCache { get; init; }

    /// <summary>Sees the intermediate values of every evaluation; null, the default, costs nothing.</summary>
    public IEvaluationObserver? Observer { get; init; }

    /// <summary>Measures llama.cpp's own timings; the pipeline does not need them.</summary>
    public bool MeasurePerformance { get; init; }
}
