using System.CommandLine;
using LlamaNative.Grammars;

namespace LlamaNative.Cli.Arguments;

/// <summary>What form the text must have.</summary>
internal sealed class GrammarArguments
{
    private readonly Option<string?> _grammar = new("--grammar")
    {
        Description = "A GBNF grammar that the text follows, or a file with one",
        HelpName = "GBNF|FILE",
    };
    private readonly Option<string?> _grammarFile = new("--grammar-file") { Description = "A file with such a grammar", HelpName = "FILE" };
    private readonly Option<string?> _schema = new("--json-schema", "-j")
    {
        Description = "A file with a JSON Schema that the text fits",
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
                result.AddError("Give one of --grammar, --grammar-file and --json-schema.");
            }
        });
    }

    /// <summary>The grammar; null when none is asked for.</summary>
    public string? Read(ParseResult parse)
    {
        if (parse.GetValue(_schema) is { } schema)
        {
            return JsonSchemaGrammar.FromSchema(PromptArguments.ReadFile(schema)).Text;
        }

        string? grammar = parse.GetValue(_grammar);
        string? file = parse.GetValue(_grammarFile) ?? (File.Exists(grammar) ? grammar : null);
        return file is null ? grammar : PromptArguments.ReadFile(file);
    }
}
