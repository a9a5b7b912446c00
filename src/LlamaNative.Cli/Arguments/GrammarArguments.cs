using System.CommandLine;
using LlamaNative.Grammars;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options that constrain the output to a grammar.</summary>
internal sealed class GrammarArguments
{
    private readonly Option<string?> _grammar = new("--grammar")
    {
        Description = "A GBNF grammar for the output, or a file that contains one",
        HelpName = "GBNF|FILE",
    };
    private readonly Option<string?> _grammarFile = new("--grammar-file") { Description = "A file with a GBNF grammar", HelpName = "FILE" };
    private readonly Option<string?> _schema = new("--json-schema", "-j")
    {
        Description = "A file with a JSON Schema that the output must match",
        HelpName = "FILE",
    };

    public GrammarArguments(Command command)
    {
        Option[] all = [_grammar, _grammarFile, _schema];
        command.AddAll(all);
        command.Validators.Add(result =>
        {
            if (all.Count(option => result.GetResult(option) is not null) > 1)
            {
                result.AddError("Give only one of --grammar, --grammar-file and --json-schema.");
            }
        });
    }

    /// <summary>The grammar; null if none was given.</summary>
    public string? Read(ParseResult parse)
    {
        if (parse.GetValue(_schema) is { } schema)
        {
            return JsonSchemaGrammar.FromSchema(TextFile.Read(schema)).Text;
        }

        string? grammar = parse.GetValue(_grammar)?.TrimStart('\uFEFF'); // the byte order mark of a file that the shell inserted
        string? file = parse.GetValue(_grammarFile) ?? (File.Exists(grammar) ? grammar : null);
        return file is null ? grammar : TextFile.Read(file);
    }
}
