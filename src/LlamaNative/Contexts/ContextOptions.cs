using System.Runtime.CompilerServices;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>
/// The sizes and switches of a context; the names are llama.cpp's and so are the defaults
/// (<c>llama_context_default_params</c>), but for the context's size and its threads, which suit the model and machine.
/// </summary>
public sealed record ContextOptions
{
    internal const int MostSequences = 256; // LLAMA_MAX_SEQ

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
    public ContextType ContextType { get; init; }

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
    public int YarnOriginalContextLength { get; init; }

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

    /// <summary>Checks what does not depend on a model; the native side would assert it or allocate without bounds.</summary>
    internal void Validate()
    {
        OptionCheck.InRange(ContextSize, 0, int.MaxValue - 256);
        OptionCheck.AtLeast(BatchSize, 1);
        OptionCheck.AtLeast(MicroBatchSize, 1);
        OptionCheck.InRange(MaxSequences, 1, MostSequences);
        OptionCheck.InRange(RecurrentSnapshots, 0, 1 << 10);
        OptionCheck.AtLeast(MaxOutputs, 0);
        OptionCheck.AtLeast(MaxOutputsPerSequence, 0);
        OptionCheck.InRange(Threads, 1, ContextParameters.MaxThreads);
        OptionCheck.InRange(BatchThreads, 1, ContextParameters.MaxThreads);
        OptionCheck.InRange(ThreadPolling, 0, 100);
        OptionCheck.Defined(ContextType);
        OptionCheck.Defined(RopeScaling);
        OptionCheck.InRange(RopeFrequencyBase, 0, float.MaxValue);
        OptionCheck.InRange(RopeFrequencyScale, 0, float.MaxValue);
        OptionCheck.Finite(YarnExtrapolationFactor);
        OptionCheck.Finite(YarnAttentionFactor);
        OptionCheck.Finite(YarnBetaFast);
        OptionCheck.Finite(YarnBetaSlow);
        OptionCheck.AtLeast(YarnOriginalContextLength, 0);
        OptionCheck.Defined(PoolingType);
        OptionCheck.Defined(AttentionType);
        OptionCheck.Defined(FlashAttention);
        ValidateCacheType(CacheTypeK);
        ValidateCacheType(CacheTypeV);

        // The native output buffer has a row for each sequence.
        RequireOneForEachSequence(BatchSize, "a batch takes one token of each");
        RequireOneForEachSequence(ContextSize is null or 0 ? int.MaxValue : ContextSize.Value, "each takes one cell", nameof(ContextSize));
        RequireOneForEachSequence(MaxOutputs == 0 ? int.MaxValue : MaxOutputs, "0 gives each one", nameof(MaxOutputs));
    }

    private void RequireOneForEachSequence(int value, string why, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value < MaxSequences)
        {
            throw OptionCheck.OutOfRange(value, $"at least MaxSequences, {MaxSequences}: {why}", name);
        }
    }

    private static void ValidateCacheType(GgmlType type, [CallerArgumentExpression(nameof(type))] string name = "")
    {
        // The types llama.cpp's own tools accept; with others the attention kernels assert.
        if (type is not (GgmlType.F32 or GgmlType.F16 or GgmlType.BF16 or GgmlType.Q8_0 or GgmlType.Q5_1 or GgmlType.Q5_0
            or GgmlType.Q4_1 or GgmlType.Q4_0 or GgmlType.IQ4_NL))
        {
            throw OptionCheck.OutOfRange(type, "one of F32, F16, BF16, Q8_0, Q5_1, Q5_0, Q4_1, Q4_0, IQ4_NL", name);
        }
    }
}
