using System.CommandLine;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>Converts text to token ids, printed as a JSON array.</summary>
internal sealed class TokenizeCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly Option<bool> _addSpecial = new("--add-special")
    {
        Description = "Add BOS and EOS tokens if the model's metadata asks for them",
    };
    private readonly Option<bool> _parseSpecial = new("--parse-special")
    {
        Description = "Parse special tokens in the text, such as <|im_start|>",
    };
    private readonly Argument<string?> _text = new("TEXT")
    {
        Description = "The text [default: all of stdin, including a trailing newline]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public TokenizeCommand(Shell shell)
        : base(shell, "tokenize", "Print the token ids of a text as a JSON array")
    {
        _model = new ModelArguments(this, vocabularyOnly: true);
        this.AddAll([_addSpecial, _parseSpecial]);
        Add(_text);
    }

    protected override int Run(ParseResult parse)
    {
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        string text = parse.GetValue(_text) ?? TextFile.Decode(Shell.ReadInput(), "The text on stdin");
        bool addSpecial = parse.GetValue(_addSpecial);
        int[] tokens = model.Vocabulary.Tokenize(text, addSpecial, parse.GetValue(_parseSpecial));
        PromptArguments.WarnOfSeveralBos(
            Shell, model.Vocabulary, tokens, addSpecial && model.Vocabulary.AddsBos, "without --add-special none is added");
        Shell.WriteJson(json => json.WriteTokens(tokens));
        return ExitCode.Success;
    }
}
