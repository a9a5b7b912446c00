using LlamaNative.Contexts;
using LlamaNative.Tensors;
using LlamaNative.TestSupport;
using Kind = LlamaNative.TestSupport.ArchitectureKind;

namespace LlamaNative.Sweep;

/// <summary>The calls of the sweep, in the order in which they are made.</summary>
internal static class Calls
{
    private const Kind Text = Kind.Decoder | Kind.Recurrent | Kind.Hybrid | Kind.EncoderDecoder;
    private const Kind Cached = Text | Kind.Speech;
    private const Kind Uncached = Kind.Encoder | Kind.Diffusion;
    private const Kind Every = Cached | Uncached | Kind.CachedEncoder;

    public static IReadOnlyList<Call> All { get; } =
    [
        new("properties", Every, ModelCalls.Properties),
        new("vocabulary", Every, ModelCalls.Vocabulary),
        new("vocabulary only", Every, ModelCalls.VocabularyOnly),
        new("check", Every, ModelCalls.Check),
        new("estimate", Every, ModelCalls.Estimate),
        new("fit", Every, ModelCalls.Fit),
        new("without a tensor", Every, ModelCalls.WithoutATensor),
        new("quantize", Every, ModelCalls.Quantize),
        new("adapter", Every, ModelCalls.Adapter),
        new("adapter of another model", 0, ModelCalls.WrongAdapter),
        new("control vector", Every, ModelCalls.ControlVector),

        new("decode", Every & ~Kind.EncoderDecoder, ContextCalls.Decode),
        new("encode", Uncached | Kind.EncoderDecoder, ContextCalls.Encode),
        new("logits", Cached | Kind.Diffusion, ContextCalls.Logits),
        new("logits token by token", Cached, ContextCalls.TokenByToken) { Except = Kind.Diffusion },
        new("micro-batches", Cached | Kind.Diffusion, ContextCalls.MicroBatches),
        new("two sequences", (Cached & ~Kind.EncoderDecoder) | Kind.Diffusion, ContextCalls.TwoSequences),
        new("two sequences, unified", Cached, ContextCalls.TwoUnifiedSequences) { MayRefuse = true },
        new("shared prompt", Cached, ContextCalls.SharedPrompt) { MayRefuse = true },
        new("cut back", Cached, ContextCalls.CutBack),
        new("cut and shift", Cached, ContextCalls.CutAndShift),
        new("keep and clear", Cached, ContextCalls.KeepAndClear),
        new("copy a part", Cached, ContextCalls.CopyPart) { MayRefuse = true },
        new("full cache", Cached | Kind.CachedEncoder, ContextCalls.FullCache),
        new("beyond the trained length", Cached | Kind.Diffusion, ContextCalls.BeyondTheTrainedLength),
        new("high positions", Every, ContextCalls.HighPositions) { MayRefuse = true },
        new("cancel", Every, ContextCalls.Cancel),
        new("observe", Every, ContextCalls.Observe),
        new("asynchronous", Every & ~Kind.EncoderDecoder, ContextCalls.Asynchronous),

        .. Options(),

        new("generate", Text, GenerationCalls.Generate),
        new("generate on", Text, GenerationCalls.GenerateOn),
        new("generate in turn", Text, GenerationCalls.InTurn),
        new("stream", Text, GenerationCalls.Stream),
        new("constrain", Text, GenerationCalls.Constrain),
        new("score", Text, GenerationCalls.Score),
        new("perplexity", Text, GenerationCalls.Perplexity),
        new("chat", Text, GenerationCalls.Chat),
        new("saved chat", Text, GenerationCalls.SavedChat),
        new("long chat", Text, GenerationCalls.LongChat),
        new("chat with snapshots", Text, GenerationCalls.ChatWithSnapshots),

        .. Enum.GetValues<PoolingType>().Where(pooling => pooling is not PoolingType.Rank).Select(pooling =>
            new Call($"embed, {pooling}", Every & ~Kind.EncoderDecoder, subject => EmbeddingCalls.Embed(subject, pooling))
            {
                MayRefuse = true,
            }),
        new("embeddings and logits", Every & ~Kind.EncoderDecoder, EmbeddingCalls.WithLogits) { MayRefuse = true },
        new("rank", Every, EmbeddingCalls.Rank) { MayRefuse = true },
    ];

    /// <summary>A context with one option changed; llama.cpp lacks some of them for some architectures.</summary>
    private static IEnumerable<Call> Options()
    {
        (string Name, Func<ContextOptions, ContextOptions> Change)[] changes =
        [
            ("default options", _ => new ContextOptions()),
            ("flash attention", options => options with { FlashAttention = FlashAttention.Enabled }),
            ("no flash attention", options => options with { FlashAttention = FlashAttention.Disabled }),
            ("quantized cache", options => options with { CacheTypeK = GgmlType.Q8_0, CacheTypeV = GgmlType.Q8_0 }),
            ("F32 cache", options => options with { CacheTypeK = GgmlType.F32, CacheTypeV = GgmlType.F32 }),
            ("sliding window cache", options => options with { FullSlidingWindowCache = false }),
            ("snapshots", options => options with { RecurrentSnapshots = 2 }),
            ("batches of 1", options => options with { BatchSize = 1, MicroBatchSize = 1 }),
            ("one output", options => options with { MaxOutputs = 1 }),
            ("many sequences", options => options with { MaxSequences = 64 }),
            ("non-causal", options => options with { AttentionType = AttentionType.NonCausal }),
            ("causal", options => options with { AttentionType = AttentionType.Causal }),
            ("YaRN", options => options with { RopeScaling = RopeScaling.Yarn, YarnOriginalContextLength = 64 }),
            ("LongRoPE", options => options with { RopeScaling = RopeScaling.LongRope }),
        ];
        return changes.Select(change => new Call(change.Name, Every, subject => ContextCalls.WithOptions(subject, change.Change))
        {
            MayRefuse = true,
        });
    }
}
