using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Bench;

/// <summary>
/// One test, as llama-bench names them: a prompt of so many tokens (pp), a generation of so many (tg), or both, behind so many
/// (d) that lie in the cache already.
/// </summary>
internal sealed record BenchTest(int PromptTokens, int GeneratedTokens, int Threads, int BatchSize, int MicroBatchSize)
{
    public required FlashAttention FlashAttention { get; init; }

    public required GgmlType CacheTypeK { get; init; }

    public required GgmlType CacheTypeV { get; init; }

    /// <summary>Tokens in the cache before the test begins; putting them there is not measured.</summary>
    public int Depth { get; init; }

    public string Name => NameOf(PromptTokens, GeneratedTokens, Depth);

    /// <summary>The context llama-bench would make.</summary>
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
