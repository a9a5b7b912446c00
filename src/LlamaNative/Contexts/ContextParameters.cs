using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>Turns options into native parameters after checking what the native side would assert or over-allocate.</summary>
internal static class ContextParameters
{
    private const int DefaultContextSize = 4096;

    /// <summary>Threads wait for one another at every operation, spinning; with many more than processors a token takes minutes.</summary>
    private static readonly int MaxThreads = Math.Clamp(4 * Environment.ProcessorCount, 16, NativeConstants.GGML_MAX_N_THREADS);

    public static llama_context_params Create(LlamaModel model, ContextOptions options)
    {
        llama_context_params parameters = CreateUnmeasured(model, options);
        CacheSize.CheckFits(model, Size(model, options), options);
        return parameters;
    }

    /// <summary>Without asking whether the memory is there: for a context that takes none.</summary>
    public static llama_context_params CreateUnmeasured(LlamaModel model, ContextOptions options)
    {
        Check(model, options);
        llama_context_params p = LlamaSystem.llama_context_default_params();
        p.n_ctx = (uint)Size(model, options);
        p.n_batch = (uint)options.BatchSize;
        p.n_ubatch = (uint)options.MicroBatchSize;
        p.n_seq_max = (uint)options.MaxSequences;
        p.n_rs_seq = (uint)options.RecurrentSnapshots;
        p.n_outputs_max = (uint)options.MaxOutputs;
        p.n_outputs_max_per_seq = (uint)options.MaxOutputsPerSequence;
        p.n_threads = Threads(options);
        p.n_threads_batch = BatchThreads(options);
        p.ctx_type = (LlamaContextType)options.ContextType;
        p.rope_scaling_type = (LlamaRopeScalingType)options.RopeScaling;
        p.pooling_type = (LlamaPoolingType)options.PoolingType;
        p.attention_type = (LlamaAttentionType)options.AttentionType;
        p.flash_attn_type = (LlamaFlashAttnType)options.FlashAttention;
        p.rope_freq_base = options.RopeFrequencyBase;
        p.rope_freq_scale = options.RopeFrequencyScale;
        p.yarn_ext_factor = options.YarnExtrapolationFactor;
        p.yarn_attn_factor = options.YarnAttentionFactor;
        p.yarn_beta_fast = options.YarnBetaFast;
        p.yarn_beta_slow = options.YarnBetaSlow;
        p.yarn_orig_ctx = (uint)options.YarnOriginalContext;
        p.type_k = options.CacheTypeK;
        p.type_v = options.CacheTypeV;
        p.embeddings = Byte(options.Embeddings);
        p.offload_kqv = Byte(options.OffloadKqv);
        p.no_perf = Byte(!options.MeasurePerformance);
        p.op_offload = Byte(options.OffloadOperations);
        p.swa_full = Byte(options.FullSlidingWindowCache);
        p.kv_unified = Byte(options.UnifiedCache);
        return p;
    }

    public static int Threads(ContextOptions options)
    {
        // Two threads of one core share what inference is short of, so SMT processors are counted as half.
        int processors = Environment.ProcessorCount;
        return options.Threads ?? (processors <= 4 ? processors : processors / 2);
    }

    public static int BatchThreads(ContextOptions options) => options.BatchThreads ?? Threads(options);

    private static int Size(LlamaModel model, ContextOptions options) => options.ContextSize switch
    {
        null => Math.Min(DefaultContextSize, Math.Max(model.ContextLength, 1)),
        0 => model.ContextLength,
        { } size => size,
    };

    private static void Check(LlamaModel model, ContextOptions options)
    {
        if (model.Options.VocabularyOnly)
        {
            throw new ContextCreationException("The model was loaded with VocabularyOnly and has no weights to evaluate.");
        }

        Within(options.ContextSize ?? 0, 0, int.MaxValue - SourceConstants.ContextPadding, nameof(options.ContextSize));
        Within(options.BatchSize, 1, int.MaxValue, nameof(options.BatchSize));
        Within(options.MicroBatchSize, 1, int.MaxValue, nameof(options.MicroBatchSize));
        Within(options.MaxSequences, 1, (int)LlamaSystem.llama_max_parallel_sequences(), nameof(options.MaxSequences));
        Within(options.RecurrentSnapshots, 0, 1 << 10, nameof(options.RecurrentSnapshots));
        Within(options.MaxOutputs, 0, int.MaxValue, nameof(options.MaxOutputs));
        CheckRoomForOutputs(model, options);
        Within(options.MaxOutputsPerSequence, 0, int.MaxValue, nameof(options.MaxOutputsPerSequence));
        Within(Threads(options), 1, MaxThreads, nameof(options.Threads));
        Within(BatchThreads(options), 1, MaxThreads, nameof(options.BatchThreads));
        Within(options.ThreadPolling, 0, 100, nameof(options.ThreadPolling));
        Within(options.YarnOriginalContext, 0, int.MaxValue, nameof(options.YarnOriginalContext));
        Within((int)options.ContextType, (int)ContextType.Default, (int)ContextType.MultiTokenPrediction, nameof(options.ContextType));
        Within((int)options.RopeScaling, (int)RopeScaling.FromModel, (int)RopeScaling.LongRope, nameof(options.RopeScaling));
        Within((int)options.PoolingType, (int)PoolingType.FromModel, (int)PoolingType.Rank, nameof(options.PoolingType));
        Within((int)options.AttentionType, (int)AttentionType.FromModel, (int)AttentionType.NonCausal, nameof(options.AttentionType));
        Within((int)options.FlashAttention, (int)FlashAttention.Auto, (int)FlashAttention.Enabled, nameof(options.FlashAttention));
        NotNegative(options.RopeFrequencyBase, nameof(options.RopeFrequencyBase));
        NotNegative(options.RopeFrequencyScale, nameof(options.RopeFrequencyScale));
        Finite(options.YarnExtrapolationFactor, nameof(options.YarnExtrapolationFactor));
        Finite(options.YarnAttentionFactor, nameof(options.YarnAttentionFactor));
        Finite(options.YarnBetaFast, nameof(options.YarnBetaFast));
        Finite(options.YarnBetaSlow, nameof(options.YarnBetaSlow));
        CheckCacheType(options.CacheTypeK, nameof(options.CacheTypeK));
        CheckCacheType(options.CacheTypeV, nameof(options.CacheTypeV));
        CheckKeyBlocks(model, options);
        PoolingChecks.Check(model, Size(model, options), options);
    }

    /// <summary>The native output buffer has a row for each sequence and asserts that it may.</summary>
    private static void CheckRoomForOutputs(LlamaModel model, ContextOptions options)
    {
        int sequences = options.MaxSequences;
        if (options.MaxOutputs != 0 && options.MaxOutputs < sequences)
        {
            throw new ContextCreationException($"ContextOptions.MaxOutputs is {options.MaxOutputs}, less than the {sequences} of MaxSequences; it is 0 or at least one for each sequence.");
        }

        int batch = Math.Min(options.BatchSize, Size(model, options));
        if (batch < sequences)
        {
            throw new ContextCreationException($"ContextOptions.BatchSize and ContextSize leave {batch} tokens for a batch, less than the {sequences} of MaxSequences; a batch takes at least one for each sequence.");
        }
    }

    /// <summary>With flash attention llama.cpp refuses keys that are no whole blocks; without, it asserts.</summary>
    private static void CheckKeyBlocks(LlamaModel model, ContextOptions options)
    {
        int block = GgmlTypeInfo.Of(options.CacheTypeK).BlockSize;
        if (block > 1 && CacheSize.KeyLength(model) is var length && length % block != 0)
        {
            throw new ContextCreationException($"ContextOptions.CacheTypeK: {options.CacheTypeK} comes in blocks of {block}, and a key of this model has {length} elements; use F16, BF16 or F32.");
        }
    }

    private static void CheckCacheType(GgmlType type, string name)
    {
        // The types llama.cpp's own tools accept; with others the attention kernels assert.
        if (type is not (GgmlType.F32 or GgmlType.F16 or GgmlType.BF16 or GgmlType.Q8_0 or GgmlType.Q4_0 or GgmlType.Q4_1 or GgmlType.IQ4_NL or GgmlType.Q5_0 or GgmlType.Q5_1))
        {
            throw new ContextCreationException($"ContextOptions.{name}: {type} is no type for a KV cache; use F32, F16, BF16, Q8_0, Q5_1, Q5_0, Q4_1, Q4_0 or IQ4_NL.");
        }
    }

    private static void Within(int value, int min, int max, string name)
    {
        if (value < min || value > max)
        {
            throw new ContextCreationException($"ContextOptions.{name} is {value}; it goes from {min} to {max}.");
        }
    }

    private static void Finite(float value, string name)
    {
        if (!float.IsFinite(value))
        {
            throw new ContextCreationException($"ContextOptions.{name} is {value}; it must be a finite number.");
        }
    }

    private static void NotNegative(float value, string name)
    {
        Finite(value, name);
        if (value < 0)
        {
            throw new ContextCreationException($"ContextOptions.{name} is {value}; it must not be negative (0 is the model's).");
        }
    }

    private static byte Byte(bool value) => value ? (byte)1 : (byte)0;
}
