using System.CommandLine;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Merging;

namespace LlamaNative.Cli.Commands;

/// <summary>Merges models from a recipe in mergekit's, bakllama's or BlockMerge's YAML format.</summary>
internal sealed class MergeCommand : ShellCommand
{
    private readonly Argument<string> _recipe = new("RECIPE")
    {
        Description = "The recipe, a YAML file; '-' reads it from stdin. Its merge_method is linear, slerp, nuslerp, multislerp, karcher, "
            + "task_arithmetic, ties, dare_linear, dare_ties, della, della_linear, breadcrumbs, breadcrumbs_ties, sce, model_stock, "
            + "arcee_fusion, nearswap or passthrough",
    };
    private readonly MergeArguments _arguments;

    public MergeCommand(Shell shell)
        : base(shell, "merge", "Merge GGUF models from a mergekit recipe")
    {
        Add(_recipe);
        _arguments = new MergeArguments(this);
        Add(new LegacyMergeCommand(shell));
    }

    protected override int Run(ParseResult parse)
    {
        string path = parse.GetRequiredValue(_recipe);
        MergeRecipe recipe = path == "-"
            ? MergeRecipe.Parse(TextFile.Decode(Shell.ReadInput(), "The recipe on stdin"))
            : MergeRecipe.Load(path);
        return new MergeRun(Shell, _arguments, parse).Run(recipe);
    }
}

/// <summary>Accepts the command lines of mergekit's first version, which are still widely quoted: <c>main.py OUT --merge …</c>.</summary>
internal sealed class LegacyMergeCommand : ShellCommand
{
    private readonly Argument<string[]> _line = new("LINE")
    {
        Description =
            "OUT --merge MODEL... [--weight W...] [--density D...] [--base-model MODEL] [--method ties|linear|slerp] [--layer-gradient "
            + "[A,B,...]]",
        Arity = ArgumentArity.OneOrMore,
    };

    public LegacyMergeCommand(Shell shell)
        : base(shell, "main.py", "Merge with the options of mergekit's first version")
    {
        Add(_line);
    }

    protected override int Run(ParseResult parse) =>
        new MergeRun(Shell, arguments: null, parse).Run(MergeRecipe.FromCommandLine(parse.GetRequiredValue(_line)));
}
