using System.CommandLine;
using LlamaNative.Merging;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options of a merge that are not in its recipe.</summary>
internal sealed class MergeArguments
{
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The file to write [default: the path in the recipe]",
        HelpName = "FILE",
    };
    private readonly Option<string[]> _models = new("--model", "-m")
    {
        Description = "The file or folder of a model that the recipe names; repeat for each model",
        HelpName = "NAME=PATH",
    };
    private readonly Option<string?> _type = new("--type")
    {
        Description = "F32, F16, BF16 or a quantization such as Q4_K_M [default: the recipe's dtype, or the models' own]",
        HelpName = "TYPE",
    };
    private readonly Option<ulong> _seed = new("--seed", "-s")
    {
        Description = "Seed of the random methods [default: 0]",
        HelpName = "N",
    };
    private readonly Option<int?> _threads = new("--threads", "-t")
    {
        Description = "Threads to use [default: one per processor]",
        HelpName = "N",
    };
    private readonly Option<string?> _name = new("--name") { Description = "The name recorded in the output", HelpName = "TEXT" };
    private readonly Option<int> _postT = new("--post-t")
    {
        Description = "Gradient position of the final norm and the output matrix: 1 is the end; 0 as in mergekit since March 2025",
        HelpName = "0|1",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<string?> _ropeFreqBase = new("--rope-freq-base")
    {
        Description = "The RoPE base frequency of the output if the models differ: a number, or the model whose value is used",
        HelpName = "N|MODEL",
    };
    private readonly Option<bool> _allowSkip = new("--allow-skip")
    {
        Description = "Skip a model for tensors that it lacks or has in another shape",
    };
    private readonly Option<bool> _plan = new("--plan") { Description = "Print how each tensor would be made, without writing anything" };
    private readonly Option<bool> _check = new("--check")
    {
        Description = "Load the result, generate a few tokens, and compare it with its source models; prints JSON",
    };
    private readonly Option<string?> _checkFile = new("--check-file")
    {
        Description = "The text on which --check measures perplexity",
        HelpName = "FILE",
    };
    private readonly Option<string> _checkPrompt = new("--check-prompt")
    {
        Description = "The prompt that --check lets the models continue",
        HelpName = "TEXT",
        DefaultValueFactory = _ => new MergeCheckOptions().Prompt,
    };

    public MergeArguments(Command command) =>
        command.AddAll([_output, _models, _type, _seed, _threads, _name, _postT, _ropeFreqBase, _allowSkip, _plan, _check, _checkFile,
            _checkPrompt]);

    public bool Plans(ParseResult parse) => parse.GetValue(_plan);

    public bool Checks(ParseResult parse) => parse.GetValue(_check) || parse.GetValue(_checkFile) is not null;

    public string? Output(ParseResult parse) => parse.GetValue(_output);

    public MergeOptions Options(ParseResult parse) => new()
    {
        Models = Models(parse),
        OutputType = parse.GetValue(_type),
        Seed = parse.GetValue(_seed),
        Threads = parse.GetValue(_threads),
        Name = parse.GetValue(_name),
        PostLayerT = parse.GetValue(_postT),
        RopeFreqBase = parse.GetValue(_ropeFreqBase),
        AllowSkip = parse.GetValue(_allowSkip),
    };

    public MergeCheckOptions CheckOptions(ParseResult parse) => new()
    {
        Prompt = parse.GetRequiredValue(_checkPrompt),
        Text = parse.GetValue(_checkFile) is { } file ? TextFile.Read(file) : null,
        Threads = parse.GetValue(_threads),
    };

    private Dictionary<string, string> Models(ParseResult parse)
    {
        var models = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in parse.GetValue(_models) ?? [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == pair.Length - 1)
            {
                throw new ArgumentException($"--model takes NAME=PATH, not '{pair}'.");
            }

            models[pair[..equals]] = pair[(equals + 1)..];
        }

        return models;
    }
}
