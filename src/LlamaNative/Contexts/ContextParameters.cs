using LlamaNative.Interop;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>Turns options into native parameters after checking what the model cannot do.</summary>
internal static class ContextParameters
{
    private const int DefaultContextSize = 4096;

    /// <summary>Threads wait for one another at every operation, spinning; with many more than processors a token takes minutes.</summary>
    public static readonly int MaxThreads = Math.Clamp(4 * Environment.ProcessorCount, 16, ggml_threadpool_params.MaxThreads);

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
        p.ctx_type = (int)options.ContextType;
        p.rope_scaling_type = (int)options.RopeScaling;
        p.pooling_type = (int)options.PoolingType;
        p.attention_type = (int)options.AttentionType;
        p.flash_attn_type = (int)options.FlashAttention;
        p.rope_freq_base = options.RopeFrequencyBase;
        p.rope_freq_scale = options.RopeFrequencyScale;
        p.yarn_ext_factor = options.YarnExtrapolationFactor;
        p.yarn_attn_factor = options.YarnAttentionFactor;
        p.yarn_beta_fast = options.YarnBetaFast;
        p.yarn_beta_slow = options.YarnBetaSlow;
        p.yarn_orig_ctx = (uint)options.YarnOriginalContextLength;
        p.type_k = (int)options.CacheTypeK;
        p.type_v = (int)options.CacheTypeV;
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

        options.Validate();
        CheckRoomForSequences(model, options);
        CheckKeyBlocks(model, options);
        PoolingChecks.Check(model, Size(model, options), options);
    }

    /// <summary>The native side asserts that a batch has room for each sequence; the options leave only the trained length open.</summary>
    private static void CheckRoomForSequences(LlamaModel model, ContextOptions options)
    {
        int size = Size(model, options);
        if (size < options.MaxSequences)
        {
            throw new ContextCreationException(
                $"The model's trained length leaves a context of {size} tokens, less than the {options.MaxSequences} of ContextOptions.MaxSequences.");
        }
    }

    /// <summary>With flash attention llama.cpp refuses keys that are no whole blocks; without, it asserts.</summary>
    private static void CheckKeyBlocks(LlamaModel model, ContextOptions options)
    {
        long block = GgmlTypeInfo.Of(options.CacheTypeK).BlockSize;
        if (block > 1 && CacheSize.KeyLength(model) is var length && length % block != 0)
        {
            throw new ContextCreationException($"ContextOptions.CacheTypeK: {options.CacheTypeK} comes in blocks of {block}, and a key of this model has {length} elements; use F16, BF16 or F32.");
        }
    }

    private static byte Byte(bool value) => value ? (byte)1 : (byte)0;
}
