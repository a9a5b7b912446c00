using System.CommandLine;
using LlamaNative.Cli.Synth;
using LlamaNative.Cli.Terminal;
using LlamaNative.Gguf;

namespace LlamaNative.Cli.Commands;

/// <summary>Writes a model with random weights.</summary>
internal sealed class SynthCommand : ShellCommand
{
    private readonly Argument<string> _output = new("OUT") { Description = "The file to write" };
    private readonly Option<string> _shape = new("--shape")
    {
        Description = $"The model's shape: {string.Join(", ", ModelShape.Names)}",
        HelpName = "NAME",
        Required = true,
    };
    private readonly Option<string> _type = new("--type")
    {
        Description = "The type, e.g. Q4_K_M",
        HelpName = "TYPE",
        DefaultValueFactory = _ => "Q4_K_M",
    };
    private readonly Option<string> _vocab = new("--vocab")
    {
        Description = "A GGUF file whose vocabulary to use",
        HelpName = "FILE",
        Required = true,
    };

    public SynthCommand(Shell shell)
        : base(shell, "synth", "Write a model with random weights in the shape of a real one, for benchmarks")
    {
        Add(_shape);
        Add(_type);
        Add(_vocab);
        Add(_output);
    }

    protected override int Run(ParseResult parse)
    {
        ModelShape shape = ModelShape.Find(parse.GetRequiredValue(_shape));
        using GgufFile vocabulary = GgufFile.Open(parse.GetRequiredValue(_vocab));
        new SyntheticModel(shape, TypeNames.FileType(parse.GetRequiredValue(_type)), vocabulary)
            .Write(parse.GetRequiredValue(_output), Shell.Tell, Interrupted);
        return ExitCode.Success;
    }
}
