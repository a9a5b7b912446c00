using System.CommandLine;
using System.Text;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>Text to token ids, as a JSON array.</summary>
internal sealed class TokenizeCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly Option<bool> _addSpecial = new("--add-special")
    {
        Description = "Add the tokens that begin and end a text, if the model has them added",
    };
    private readonly Option<bool> _parseSpecial = new("--parse-special")
    {
        Description = "Read special tokens written in the text (<|im_start|>) as such",
    };
    private readonly Argument<string?> _text = new("TEXT")
    {
        Description = "The text; without it, stdin is read, to its last byte",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public TokenizeCommand(Shell shell)
        : base(shell, "tokenize", "Print the tokens of a text as a JSON array of ids")
    {
        _model = new ModelArguments(this, vocabularyOnly: true);
        this.AddAll([_addSpecial, _parseSpecial]);
        Add(_text);
    }

    protected override int Run(ParseResult parse)
    {
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        byte[] text = parse.GetValue(_text) is { } given ? Encoding.UTF8.GetBytes(given) : Shell.ReadInput();
        int[] tokens = model.Vocabulary.Tokenize(text, parse.GetValue(_addSpecial), parse.GetValue(_parseSpecial));
        Shell.WriteJson(json => json.WriteTokens(tokens));
        return ExitCode.Success;
    }
}
