using System.CommandLine;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Grammars;

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

    public GrammarCommand(Shell shell)
        : base(shell, "grammar", "Print the GBNF grammar of a JSON Schema") => Add(_schema);

    protected override int Run(ParseResult parse)
    {
        Shell.Write(JsonSchemaGrammar.FromSchema(TextFile.Read(parse.GetRequiredValue(_schema))).Text);
        return ExitCode.Success;
    }
}
