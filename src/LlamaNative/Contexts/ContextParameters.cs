using LlamaNative.Interop;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>Converts options to native parameters after checking them against the model.</summary>
internal static class ContextParameters
{
    private const int DefaultContextSize = 4096;

    /// <summary>
    /// Threads spin at a barrier after every operation; with far more threads than processors a token takes minutes.
    /// </summary>
    public static readonly int MaxThreads = Math.Clamp(4 * Environment.ProcessorCount, 16, NativeConstants.GGML_MAX_N_THREADS);

    public static llama_context_params Create(LlamaModel model, ContextOptions options)
    {
        llama_context_params parameters = CreateUnmeasured(model, options);
        CacheSize.CheckFits(model, Size(model, options), options);
        return parameters;
    }

    /// <summary>Creates parameters without the memory check, for a context that allocates nothing.</summary>
    public static llama_context_params CreateUnmeasured(LlamaModel model, ContextOptions options)
    {
        Check(model, options);
        llama_context_params p = ReleaseProfile.Loaded.DefaultContextParameters();
        p.n_ctx = (uint)Size(model, options);
        p.n_batch = (uint)options.BatchSize;
        p.n_ubatch = (uint)options.MicroBatchSize;
        p.n_seq_max = (uint)options.MaxSequences;
        p.n_rs_seq = (uint)options.RecurrentSnapshots;
        p.n_outputs_max = (uint)OutputMarks.Limit(model, options);
        p.n_outputs_max_per_seq = (uint)options.MaxOutputsPerSequence;
        p.n_threads = Threads(options);
        p.n_threads_batch = BatchThreads(options);
        p.ctx_type = (LlamaContextType)options.ContextType;
        p.rope_scaling_type = (LlamaRopeScalingType)options.RopeScaling;

        // llama.cpp hands an encoder's output to the decoder only if it is not pooled, whatever the file says.
        p.pooling_type = (LlamaPoolingType)(model.IsEncoderDecoder ? PoolingType.None : options.PoolingType);
        p.attention_type = (LlamaAttentionType)options.AttentionType;
        p.flash_attn_type = (LlamaFlashAttnType)(
            ModelArchitecture.SupportsFlashAttention(model.Architecture) ? options.FlashAttention : FlashAttention.Disabled);
        p.rope_freq_base = options.RopeFrequencyBase;
        p.rope_freq_scale = options.RopeFrequencyScale;
        p.yarn_ext_factor = options.YarnExtrapolationFactor;
        p.yarn_attn_factor = options.YarnAttentionFactor;
        p.yarn_beta_fast = options.YarnBetaFast;
        p.yarn_beta_slow = options.YarnBetaSlow;
        p.yarn_orig_ctx = (uint)options.YarnOriginalContextLength;
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
        // SMT siblings share the units that inference saturates, so two logical processors count as one.
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
            throw new ContextCreationException("The model was loaded with ModelOptions.VocabularyOnly and has no weights to evaluate.");
        }

        if (ModelArchitecture.IsDraft(model.Architecture))
        {
            throw new ContextCreationException(
                $"The model (architecture '{model.Architecture}') is a draft model, which reads another model's hidden states; it has no "
                + "context of its own.");
        }

        options.Validate();
        CheckArchitecture(model, options);
        CheckSharing(model, options);
        CheckRoomForSequences(model, options);
        CheckKeyBlocks(model, options);
        CheckValueBlocks(model, options);
        PoolingChecks.Check(model, Size(model, options), options);
    }

    private static void CheckArchitecture(LlamaModel model, ContextOptions options)
    {
        if (options.Embeddings && !ModelArchitecture.ReturnsEmbeddings(model.Architecture))
        {
            throw new ContextCreationException(
                $"llama.cpp cannot return embeddings of a model of the architecture '{model.Architecture}'. Do not set "
                + "ContextOptions.Embeddings.");
        }

        if (options.FlashAttention == FlashAttention.Enabled && !ModelArchitecture.SupportsFlashAttention(model.Architecture))
        {
            throw new ContextCreationException(
                $"llama.cpp has no flash attention for the architecture '{model.Architecture}' (ContextOptions.FlashAttention).");
        }
    }

    /// <summary>
    /// T5's relative positions are implemented for one stream of cells only (set_input_pos_bucket asserts it), and the compressed cache of
    /// DeepSeek 4 for one sequence per stream (an exception that crosses the C interface ends the process).
    /// </summary>
    private static void CheckSharing(LlamaModel model, ContextOptions options)
    {
        if (options.MaxSequences == 1)
        {
            return;
        }

        if (model.IsEncoderDecoder && !options.UnifiedCache)
        {
            throw new ContextCreationException(
                $"Several sequences of an encoder-decoder (architecture '{model.Architecture}') need ContextOptions.UnifiedCache.");
        }

        if (options.UnifiedCache && !ModelArchitecture.SharesCells(model.Architecture))
        {
            throw new ContextCreationException(
                $"Sequences of a model of the architecture '{model.Architecture}' cannot share cells. Do not set "
                + "ContextOptions.UnifiedCache with several sequences.");
        }
    }

    /// <summary>
    /// llama.cpp asserts that a batch holds one token per sequence; option validation leaves only the trained length unchecked.
    /// </summary>
    private static void CheckRoomForSequences(LlamaModel model, ContextOptions options)
    {
        int size = Size(model, options);
        if (size < options.MaxSequences)
        {
            throw new ContextCreationException(
                $"The model's trained length gives a context of {size} tokens, less than "
                + $"ContextOptions.MaxSequences ({options.MaxSequences}). Lower MaxSequences, or set ContextOptions.ContextSize.");
        }
    }

    /// <summary>
    /// Keys that are not whole blocks: rejected by llama.cpp with flash attention, a failed assertion without.
    /// </summary>
    private static void CheckKeyBlocks(LlamaModel model, ContextOptions options)
    {
        long block = GgmlTypeInfo.Of(options.CacheTypeK).BlockSize;
        foreach (int length in block > 1 ? CacheSize.KeyLengths(model) : [])
        {
            if (length % block == 0)
            {
                continue;
            }

            throw new ContextCreationException(
                $"ContextOptions.CacheTypeK: {options.CacheTypeK} has blocks of {block} elements, but a key of this model has {length} "
                + $"elements. Use F16, BF16 or F32.");
        }
    }

    /// <summary>
    /// Without flash attention llama.cpp stores values transposed, which blocks do not allow; with it, a value must be whole blocks. It
    /// rejects both itself, but cannot name the options.
    /// </summary>
    private static void CheckValueBlocks(LlamaModel model, ContextOptions options)
    {
        long block = GgmlTypeInfo.Of(options.CacheTypeV).BlockSize;
        if (block == 1)
        {
            return;
        }

        bool isSupported = ModelArchitecture.SupportsFlashAttention(model.Architecture);
        if (!isSupported || options.FlashAttention == FlashAttention.Disabled)
        {
            throw new ContextCreationException(
                $"ContextOptions.CacheTypeV: {options.CacheTypeV} needs flash attention, which "
                + (isSupported
                    ? "ContextOptions.FlashAttention disables. Enable it, or use F16, BF16 or F32."
                    : $"llama.cpp does not have for the architecture '{model.Architecture}'. Use F16, BF16 or F32."));
        }

        if (CacheSize.ValueLength(model) is var length && length % block != 0)
        {
            throw new ContextCreationException(
                $"ContextOptions.CacheTypeV: {options.CacheTypeV} has blocks of {block} elements, but a value of this model has {length} "
                + "elements. Use F16, BF16 or F32.");
        }
    }

    private static byte Byte(bool value) => value ? (byte)1 : (byte)0;
}
