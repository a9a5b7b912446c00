using System.CommandLine;
using System.Globalization;
using System.Text;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>Converts token ids to the exact text, without a trailing newline.</summary>
internal sealed class DetokenizeCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly Option<bool> _special = new("--special")
    {
        Description = "Print special tokens such as <|im_start|> instead of omitting them",
    };
    private readonly Argument<string[]> _ids = new("ID")
    {
        Description = "Token ids, or the JSON array that tokenize prints [default: read from stdin]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public DetokenizeCommand(Shell shell)
        : base(shell, "detokenize", "Print the text of token ids, without a trailing newline")
    {
        _model = new ModelArguments(this, vocabularyOnly: true);
        Add(_special);
        Add(_ids);
    }

    protected override int Run(ParseResult parse)
    {
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        string[] given = parse.GetValue(_ids) is { Length: > 0 } ids ? ids : [Encoding.UTF8.GetString(Shell.ReadInput())];
        Shell.Write(model.Vocabulary.Detokenize(ParseIds(given), removeSpecial: false, parse.GetValue(_special)));
        return ExitCode.Success;
    }

    private static int[] ParseIds(string[] given)
    {
        char[] separators = [' ', '\t', '\r', '\n', ',', '[', ']'];
        string[] words = [.. given.SelectMany(text => text.Split(separators, StringSplitOptions.RemoveEmptyEntries))];
        return Array.ConvertAll(words, word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? id
            : throw new ArgumentException($"'{word}' is not a token id."));
    }
}
