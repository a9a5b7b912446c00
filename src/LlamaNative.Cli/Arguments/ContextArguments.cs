using System.CommandLine;
using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Arguments;

/// <summary>The size, threads and cache of a context.</summary>
internal sealed class ContextArguments
{
    private readonly Option<int?> _threads = new("--threads", "-t")
    {
        Description = "Threads used for generation [default: one per core]",
        HelpName = "N",
    };
    private readonly Option<int?> _batchThreads = new("--threads-batch", "-tb")
    {
        Description = "Threads used for prompts [default: same as --threads]",
        HelpName = "N",
    };
    private readonly Option<int?> _contextSize = new("--ctx-size", "-c")
    {
        Description = "Size of the context in tokens; 0 takes the size the model was trained with [default: the same, at most 4096]",
        HelpName = "N",
    };

    private readonly Option<int> _batchSize = new("--batch-size", "-b")
    {
        Description = "Maximum tokens per batch",
        HelpName = "N",
        DefaultValueFactory = _ => Defaults.BatchSize,
    };
    private readonly Option<int> _microBatchSize = new("--ubatch-size", "-ub")
    {
        Description = "Maximum tokens per micro-batch, computed at once",
        HelpName = "N",
        DefaultValueFactory = _ => Defaults.MicroBatchSize,
    };
    private readonly Option<FlashAttention> _flashAttention = CacheArguments.FlashAttentionOption();
    private readonly Option<GgmlType> _cacheTypeK = CacheArguments.TypeOption("--cache-type-k", "-ctk", "keys");
    private readonly Option<GgmlType> _cacheTypeV = CacheArguments.TypeOption("--cache-type-v", "-ctv", "values");

    public ContextArguments(Command command) =>
        command.AddAll([_threads, _batchThreads, _contextSize, _batchSize, _microBatchSize, _flashAttention, _cacheTypeK, _cacheTypeV]);

    private static ContextOptions Defaults { get; } = new();

    public ContextOptions Read(ParseResult parse) => new()
    {
        Threads = parse.GetValue(_threads),
        BatchThreads = parse.GetValue(_batchThreads),
        ContextSize = parse.GetValue(_contextSize),
        BatchSize = parse.GetValue(_batchSize),
        MicroBatchSize = parse.GetValue(_microBatchSize),
        FlashAttention = parse.GetValue(_flashAttention),
        CacheTypeK = parse.GetValue(_cacheTypeK),
        CacheTypeV = parse.GetValue(_cacheTypeV),
    };
}
