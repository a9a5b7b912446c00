using System.Runtime.CompilerServices;
using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace LlamaNative;

/// <summary>
/// The parameters of a context. Names and defaults are llama.cpp's (<c>llama_context_default_params</c>), except that the
/// default context size follows the model and the default thread count follows the machine.
/// </summary>
public sealed record ContextOptions
{
    internal const int MostSequences = 256; // LLAMA_MAX_SEQ

    /// <summary>
    /// Size of the KV cache in tokens, over all sequences. Null selects the trained length but at most 4096; 0 selects the full
    /// trained length. llama.cpp rounds up to a multiple of 256; <see cref="LlamaContext.ContextSize"/> is the actual size.
    /// </summary>
    public int? ContextSize { get; init; }

    /// <summary>Maximum number of tokens in one <see cref="LlamaContext.Decode"/> call (n_batch).</summary>
    public int BatchSize { get; init; } = 2048;

    /// <summary>
    /// Maximum number of tokens computed at once (n_ubatch). A prompt can be cancelled between micro-batches.
    /// </summary>
    public int MicroBatchSize { get; init; } = 512;

    /// <summary>Maximum number of independent sequences in the KV cache (n_seq_max), from 1 to 256.</summary>
    public int MaxSequences { get; init; } = 1;

    /// <summary>Number of recurrent-state snapshots kept per sequence for rollback (n_rs_seq, experimental).</summary>
    public int RecurrentSnapshots { get; init; }

    /// <summary>Maximum number of outputs in one micro-batch (n_outputs_max); 0 means one per token.</summary>
    public int MaxOutputs { get; init; }

    /// <summary>Maximum number of outputs per sequence (n_outputs_max_per_seq); 0 means <see cref="MaxOutputs"/>.</summary>
    public int MaxOutputsPerSequence { get; init; } = 1;

    /// <summary>
    /// Threads for evaluating a single token. Null means one per core: half the logical processors on machines with SMT.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>Threads for evaluating a prompt; null means the same as <see cref="Threads"/>.</summary>
    public int? BatchThreads { get; init; }

    /// <summary>
    /// Attaches a thread pool to the context, whose threads wait between tokens. When false, llama.cpp creates its threads anew
    /// for every token.
    /// </summary>
    public bool AttachThreadPool { get; init; } = true;

    /// <summary>How long idle pool threads spin before they sleep, from 0 (never spin) to 100.</summary>
    public int ThreadPolling { get; init; } = 50;

    /// <summary>The part of the model that the context evaluates.</summary>
    internal ContextType ContextType { get; init; }

    /// <summary>How RoPE is scaled.</summary>
    public RopeScaling RopeScaling { get; init; } = RopeScaling.FromModel;

    /// <summary>RoPE base frequency; 0 uses the model's value.</summary>
    public float RopeFrequencyBase { get; init; }

    /// <summary>RoPE frequency scaling factor; 0 uses the model's value.</summary>
    public float RopeFrequencyScale { get; init; }

    /// <summary>YaRN extrapolation mix factor; a negative value uses the model's.</summary>
    public float YarnExtrapolationFactor { get; init; } = -1;

    /// <summary>YaRN magnitude scaling factor; a negative value uses the model's.</summary>
    public float YarnAttentionFactor { get; init; } = -1;

    /// <summary>YaRN low correction dimension; a negative value uses the model's.</summary>
    public float YarnBetaFast { get; init; } = -1;

    /// <summary>YaRN high correction dimension; a negative value uses the model's.</summary>
    public float YarnBetaSlow { get; init; } = -1;

    /// <summary>YaRN original context length in tokens; 0 uses the model's value.</summary>
    public int YarnOriginalContextLength { get; init; }

    /// <summary>How embeddings are pooled.</summary>
    public PoolingType PoolingType { get; init; } = PoolingType.FromModel;

    /// <summary>The attention mask.</summary>
    public AttentionType AttentionType { get; init; } = AttentionType.FromModel;

    /// <summary>Whether attention runs as one fused kernel (flash attention).</summary>
    public FlashAttention FlashAttention { get; init; } = FlashAttention.Auto;

    /// <summary>Data type of the cached keys.</summary>
    public GgmlType CacheTypeK { get; init; } = GgmlType.F16;

    /// <summary>Data type of the cached values; a quantized type requires flash attention.</summary>
    public GgmlType CacheTypeV { get; init; } = GgmlType.F16;

    /// <summary>Computes embeddings in addition to logits.</summary>
    public bool Embeddings { get; init; }

    /// <summary>Keeps the KV cache and its operations on the GPU.</summary>
    public bool OffloadKqv { get; init; } = true;

    /// <summary>Lets the GPU compute large operations whose weights are in host memory.</summary>
    public bool OffloadOperations { get; init; } = true;

    /// <summary>
    /// Allocates a full-size cache for sliding-window layers, which allows a sequence to be cut back to any length.
    /// </summary>
    public bool FullSlidingWindowCache { get; init; } = true;

    /// <summary>
    /// Uses one buffer for all sequences: they share cells, and each can grow to the whole context. When false, each sequence
    /// gets an equal share.
    /// </summary>
    public bool UnifiedCache { get; init; }

    /// <summary>Receives the intermediate values of every evaluation; null disables observation at no cost.</summary>
    public IEvaluationObserver? Observer { get; init; }

    /// <summary>Collects llama.cpp's own timings, which the generation pipeline does not need.</summary>
    public bool MeasurePerformance { get; init; }

    /// <summary>
    /// Checks what does not depend on a model; invalid values would fail a native assertion or allocate without bound.
    /// </summary>
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

        // The native output buffer has one row per sequence.
        RequireOneForEachSequence(BatchSize, "a batch needs one token per sequence");
        RequireOneForEachSequence(
            ContextSize is null or 0 ? int.MaxValue : ContextSize.Value, "each sequence needs one cell", nameof(ContextSize));
        RequireOneForEachSequence(MaxOutputs == 0 ? int.MaxValue : MaxOutputs, "use 0 for one output per token", nameof(MaxOutputs));
    }

    private void RequireOneForEachSequence(int value, string why, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value < MaxSequences)
        {
            throw OptionCheck.OutOfRange(value, $"at least MaxSequences ({MaxSequences}): {why}", name);
        }
    }

    private static void ValidateCacheType(GgmlType type, [CallerArgumentExpression(nameof(type))] string name = "")
    {
        // The types that llama.cpp's tools accept; with others the attention kernels fail an assertion.
        if (type is not (GgmlType.F32 or GgmlType.F16 or GgmlType.BF16 or GgmlType.Q8_0 or GgmlType.Q4_0
            or GgmlType.Q4_1 or GgmlType.IQ4_NL or GgmlType.Q5_0 or GgmlType.Q5_1))
        {
            throw OptionCheck.OutOfRange(type, "one of F32, F16, BF16, Q8_0, Q5_1, Q5_0, Q4_1, Q4_0, IQ4_NL", name);
        }
    }
}
