using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Bench;

/// <summary>One test, as llama-bench names them: a prompt of so many tokens (pp), a generation of so many (tg), or both.</summary>
internal sealed record BenchTest(int PromptTokens, int GeneratedTokens, int Threads, int BatchSize, int MicroBatchSize)
{
    public required FlashAttention FlashAttention { get; init; }

    public required GgmlType CacheTypeK { get; init; }

    public required GgmlType CacheTypeV { get; init; }

    public string Name => (PromptTokens, GeneratedTokens) switch
    {
        (_, 0) => $"pp{PromptTokens}",
        (0, _) => $"tg{GeneratedTokens}",
        _ => $"pp{PromptTokens}+tg{GeneratedTokens}",
    };

    /// <summary>The context llama-bench would make.</summary>
    public ContextOptions ContextOptions => new()
    {
        ContextSize = PromptTokens + GeneratedTokens,
        BatchSize = BatchSize,
        MicroBatchSize = MicroBatchSize,
        Threads = Threads,
        FlashAttention = FlashAttention,
        CacheTypeK = CacheTypeK,
        CacheTypeV = CacheTypeV,
        FullSlidingWindowCache = false,
    };
}
