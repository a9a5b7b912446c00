using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Bench;

/// <summary>
/// One test, in llama-bench's terms: the number of prompt tokens (pp), of generated tokens (tg), or both, and the number of
/// tokens that are in the cache beforehand (d).
/// </summary>
internal sealed record BenchTest(int PromptTokens, int GeneratedTokens, int Threads, int BatchSize, int MicroBatchSize)
{
    public required FlashAttention FlashAttention { get; init; }

    public required GgmlType CacheTypeK { get; init; }

    public required GgmlType CacheTypeV { get; init; }

    /// <summary>Tokens in the cache before the test starts; evaluating them is not measured.</summary>
    public int Depth { get; init; }

    public string Name => NameOf(PromptTokens, GeneratedTokens, Depth);

    /// <summary>The context size that llama-bench would use.</summary>
    public ContextOptions ContextOptions => new()
    {
        ContextSize = Depth + PromptTokens + GeneratedTokens,
        BatchSize = BatchSize,
        MicroBatchSize = MicroBatchSize,
        Threads = Threads,
        FlashAttention = FlashAttention,
        CacheTypeK = CacheTypeK,
        CacheTypeV = CacheTypeV,
        FullSlidingWindowCache = false,
    };

    public static string NameOf(int prompt, int generated, int depth)
    {
        string name = (prompt, generated) switch
        {
            (_, 0) => $"pp{prompt}",
            (0, _) => $"tg{generated}",
            _ => $"pp{prompt}+tg{generated}",
        };
        return depth > 0 ? $"{name} @ d{depth}" : name;
    }
}
