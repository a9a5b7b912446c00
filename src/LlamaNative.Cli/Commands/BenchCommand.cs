using System.CommandLine;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Bench;
using LlamaNative.Cli.Terminal;
using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Commands;

/// <summary>Measures prompt and generation speed with the same tests as llama-bench.</summary>
internal sealed class BenchCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly AdapterArguments _adapters;
    private readonly Option<int[]> _prompt = RangeList.Option("--n-prompt", "-p", "Prompt tokens; 0 skips the test", 512);
    private readonly Option<int[]> _generate = RangeList.Option("--n-gen", "-n", "Tokens to generate; 0 skips the test", 128);
    private readonly Option<string[]> _promptAndGenerate = PairList.Option("--n-pg", "-pg",
        "Prompt tokens and tokens generated after them, measured together");
    private readonly Option<int[]> _depth = RangeList.Option("--n-depth", "-d", "Tokens in the cache before each test", 0);
    private readonly Option<int[]> _threads = RangeList.Option("--threads", "-t", "Threads to use", DefaultThreads());
    private readonly Option<int[]> _batchSize = RangeList.Option("--batch-size", "-b", "Maximum tokens per batch", 2048);
    private readonly Option<int[]> _microBatchSize = RangeList.Option("--ubatch-size", "-ub", "Maximum tokens per micro-batch", 512);
    private readonly Option<int> _repetitions = new("--repetitions", "-r")
    {
        Description = "Repetitions of each test",
        HelpName = "N",
        DefaultValueFactory = _ => 5,
    };
    private readonly Option<FlashAttention> _flashAttention = CacheArguments.FlashAttentionOption();
    private readonly Option<GgmlType> _cacheTypeK = CacheArguments.TypeOption("--cache-type-k", "-ctk", "keys");
    private readonly Option<GgmlType> _cacheTypeV = CacheArguments.TypeOption("--cache-type-v", "-ctv", "values");
    private readonly Option<string[]> _against = new("--against")
    {
        Description =
            "A command that prints tokens per second, e.g. llama-bench, run alternately with this one; the table then shows ratios. Can "
            + "be repeated",
        HelpName = "COMMAND",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Output format",
        HelpName = "md|json",
        DefaultValueFactory = _ => "md",
    };

    public BenchCommand(Shell shell)
        : base(shell, "bench", "Measure speed as llama-bench does: pp is prompt processing, tg is token generation")
    {
        _output.AcceptOnlyFromAmong("md", "json");
        _model = new ModelArguments(this);
        _adapters = new AdapterArguments(this);
        this.AddAll([_prompt, _generate, _promptAndGenerate, _depth, _repetitions, _threads, _batchSize,
            _microBatchSize, _flashAttention, _cacheTypeK, _cacheTypeV, _against, _output]);
    }

    protected override int Run(ParseResult parse)
    {
        int repetitions = parse.GetValue(_repetitions);
        NumberRange.Check(repetitions, "--repetitions", 1, 100_000);
        BenchTest[] tests = [.. Tests(parse)];
        if (parse.GetValue(_against) is { Length: > 0 } commands)
        {
            Peer[] peers = [.. commands.Select(Peer.Parse)];
            var duel = new Duel(() => _model.Load(parse, cancellationToken: Interrupted), model => _adapters.Load(parse, model), peers,
                Shell);
            DuelReport.Write(Shell, duel.Run(tests, repetitions, Interrupted), asJson: parse.GetValue(_output) == "json");
            return ExitCode.Success;
        }

        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        using Adapters adapters = _adapters.Load(parse, model);
        var setup = new BenchSetup(model, _model.Path(parse), _model.GpuLayers(parse), LlamaRuntime.GetDevices());
        var runner = new BenchRunner(model, adapters, repetitions, Interrupted);

        IBenchReport report = parse.GetValue(_output) == "json" ? new JsonReport(Shell, setup) : new MarkdownReport(Shell, setup, tests);
        report.Begin();
        foreach (BenchTest test in tests)
        {
            report.Add(runner.Run(test));
        }

        report.End();
        return ExitCode.Success;
    }

    /// <summary>llama-bench's order: for each setting all prompt tests, then all generation tests, then the combined ones.</summary>
    private IEnumerable<BenchTest> Tests(ParseResult parse) =>
        from batch in parse.GetRequiredValue(_batchSize)
        from microBatch in parse.GetRequiredValue(_microBatchSize)
        from threads in parse.GetRequiredValue(_threads)
        from depth in parse.GetRequiredValue(_depth)
        from sizes in parse.GetRequiredValue(_prompt).Select(count => (Prompt: count, Generate: 0))
            .Concat(parse.GetRequiredValue(_generate).Select(count => (Prompt: 0, Generate: count)))
            .Concat((parse.GetValue(_promptAndGenerate) ?? []).Select(PairList.Parse)
                .Select(pair => (Prompt: pair.First, Generate: pair.Second)))
        where sizes.Prompt + sizes.Generate > 0
        select new BenchTest(sizes.Prompt, sizes.Generate, threads, batch, microBatch)
        {
            Depth = depth,
            FlashAttention = parse.GetValue(_flashAttention),
            CacheTypeK = parse.GetValue(_cacheTypeK),
            CacheTypeV = parse.GetValue(_cacheTypeV),
        };

    /// <summary>The library's default (<see cref="ContextOptions.Threads"/>), needed here because it is printed.</summary>
    private static int DefaultThreads() => Environment.ProcessorCount <= 4 ? Environment.ProcessorCount : Environment.ProcessorCount / 2;
}
