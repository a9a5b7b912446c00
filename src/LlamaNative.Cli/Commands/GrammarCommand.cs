using System.CommandLine;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>Converts a JSON Schema to a grammar.</summary>
internal sealed class GrammarCommand : ShellCommand
{
    private readonly Option<string> _schema = new("--json-schema", "-j")
    {
        Description = "A file with a JSON Schema",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<bool> _widen = GrammarArguments.WidenOption();

    public GrammarCommand(Shell shell)
        : base(shell, "grammar", "Print the GBNF grammar of a JSON Schema") => this.AddAll([_schema, _widen]);

    protected override int Run(ParseResult parse)
    {
        Shell.Write(GrammarArguments.FromSchema(parse.GetRequiredValue(_schema), parse.GetValue(_widen)));
        return ExitCode.Success;
    }
}
