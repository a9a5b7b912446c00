using System.CommandLine;
using System.Text;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options for the prompt. It is used unchanged: no escapes are interpreted and nothing is trimmed.</summary>
internal sealed class PromptArguments
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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

    public PromptArguments(Command command)
    {
        command.AddAll([_prompt, _file, _parseSpecial]);
        command.Validators.Add(result =>
        {
            if ((result.GetResult(_prompt) is null) == (result.GetResult(_file) is null))
            {
                result.AddError("Give the prompt with either --prompt or --file.");
            }
        });
    }

    public bool ParseSpecial(ParseResult parse) => parse.GetValue(_parseSpecial);

    public string Read(ParseResult parse, Shell shell) => (parse.GetValue(_prompt), parse.GetValue(_file)) switch
    {
        ("-", _) => Decode(shell.ReadInput(), "The prompt on stdin"),
        ({ } text, _) => text,
        (_, { } file) => ReadFile(file),
        _ => throw new ArgumentException("No prompt was given."),
    };

    public static string ReadFile(string path) => Decode(File.ReadAllBytes(path), $"'{path}'");

    public static string Decode(byte[] utf8, string what)
    {
        try
        {
            return s_strict.GetString(utf8);
        }
        catch (DecoderFallbackException error)
        {
            throw new ArgumentException($"{what} is not valid UTF-8: byte {error.Index} does not start a character.", error);
        }
    }
}
