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

    private readonly Option<bool> _widen = WidenOption();

    public GrammarArguments(Command command)
    {
        Option[] all = [_grammar, _grammarFile, _schema];
        command.AddAll([.. all, _widen]);
        command.Validators.Add(result =>
        {
            if (all.Count(option => result.GetResult(option) is not null) > 1)
            {
                result.AddError("Give only one of --grammar, --grammar-file and --json-schema.");
            }
        });
    }

    public static Option<bool> WidenOption() => new("--widen")
    {
        Description = "Ignore keywords of the JSON Schema that a grammar cannot express, with a warning, instead of rejecting it",
    };

    /// <summary>The grammar of a file with a JSON Schema.</summary>
    /// <param name="path">The file.</param>
    /// <param name="widen">Whether to ignore, with a warning, what a grammar cannot express.</param>
    public static string FromSchema(string path, bool widen)
    {
        string schema = TextFile.Read(path);
        if (widen)
        {
            return Widen(schema, widening => Console.Error.WriteLine($"warning: {widening}"));
        }

        try
        {
            return JsonSchemaGrammar.FromSchema(schema).Text;
        }
        catch (JsonSchemaException error)
        {
            // --widen does not help with a mistake, which is this error again.
            Widen(schema, static _ => { });
            throw new ArgumentException($"{error.Message} --widen ignores what a grammar cannot express.", error);
        }
    }

    private static string Widen(string schema, Action<JsonSchemaWidening> onWidened) =>
        JsonSchemaGrammar.FromSchema(schema, new JsonSchemaOptions { OnWidened = onWidened }).Text;

    /// <summary>The grammar; null if none was given.</summary>
    public string? Read(ParseResult parse)
    {
        if (parse.GetValue(_schema) is { } schema)
        {
            return FromSchema(schema, parse.GetValue(_widen));
        }

        string? grammar = parse.GetValue(_grammar)?.TrimStart('\uFEFF'); // the byte order mark of a file that the shell inserted
        string? file = parse.GetValue(_grammarFile) ?? (File.Exists(grammar) ? grammar : null);
        return file is null ? grammar : TextFile.Read(file);
    }
}
