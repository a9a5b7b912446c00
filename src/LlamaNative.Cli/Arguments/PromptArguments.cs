using System.CommandLine;
using LlamaNative.Cli.Terminal;
using LlamaNative.Models;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options for the prompt. It is used unchanged: no escapes are interpreted and nothing is trimmed.</summary>
internal sealed class PromptArguments
{
    private readonly Option<string?> _prompt = new("--prompt", "-p")
    {
        Description = "The prompt; '-' reads it from stdin",
        HelpName = "TEXT",
    };
    private readonly Option<string?> _file = new("--file", "-f") { Description = "A file with the prompt", HelpName = "FILE" };
    private readonly Option<bool> _parseSpecial = new("--parse-special")
    {
        Description = "Parse special tokens in the prompt, such as <|im_start|>",
    };

    private readonly Option<bool> _noBos = new("--no-bos")
    {
        Description = "Do not add the BOS token that the model asks for, e.g. because the prompt contains it",
    };

    public PromptArguments(Command command)
    {
        command.AddAll([_prompt, _file, _parseSpecial, _noBos]);
        command.Validators.Add(result =>
        {
            if ((result.GetResult(_prompt) is null) == (result.GetResult(_file) is null))
            {
                result.AddError("Give the prompt with either --prompt or --file.");
            }
        });
    }

    public string Read(ParseResult parse, Shell shell) => (parse.GetValue(_prompt), parse.GetValue(_file)) switch
    {
        ("-", _) => TextFile.Decode(shell.ReadInput(), "The prompt on stdin"),
        ({ } text, _) => text,
        (_, { } file) => TextFile.Read(file),
        _ => throw new ArgumentException("No prompt was given."),
    };

    /// <summary>Tokenizes a rendered conversation. Most templates write the BOS token themselves.</summary>
    public static int[] TokenizeChat(Shell shell, Vocabulary vocabulary, string rendered)
    {
        int[] tokens = vocabulary.Tokenize(rendered, addSpecial: false, parseSpecial: true);
        int written = vocabulary.CountLeadingBos(tokens);
        if (written > 1)
        {
            shell.Tell($"warning: the chat template begins the prompt with {written} BOS tokens.");
        }

        return written == 0 && vocabulary is { AddsBos: true, Bos: { } bos } ? [bos, .. tokens] : tokens;
    }

    /// <summary>Warns if the tokens begin with several BOS tokens, the first of which may have been added for the model.</summary>
    public static void WarnOfSeveralBos(Shell shell, Vocabulary vocabulary, ReadOnlySpan<int> tokens, bool added, string remedy)
    {
        int count = vocabulary.CountLeadingBos(tokens);
        if (count > 1)
        {
            string number = count == 2 ? "two" : $"{count}";
            shell.Tell(added
                ? $"warning: the prompt begins with {number} BOS tokens, the one added for the model and its own; {remedy}."
                : $"warning: the prompt begins with {number} BOS tokens of its own.");
        }
    }

    /// <summary>Tokenizes the prompt and warns of a BOS token in it that follows the one added for the model.</summary>
    public int[] Tokenize(ParseResult parse, Shell shell, Vocabulary vocabulary, string prompt)
    {
        int[] tokens = vocabulary.Tokenize(prompt, addSpecial: true, parse.GetValue(_parseSpecial));
        bool added = vocabulary.AddsBos && tokens.Length > 0 && tokens[0] == vocabulary.Bos;
        if (added && parse.GetValue(_noBos))
        {
            tokens = tokens[1..];
            added = false;
        }

        WarnOfSeveralBos(shell, vocabulary, tokens, added, "--no-bos adds none");
        return tokens;
    }
}
