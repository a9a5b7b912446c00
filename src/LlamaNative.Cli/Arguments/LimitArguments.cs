using System.CommandLine;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options that end a generation.</summary>
internal sealed class LimitArguments
{
    private readonly Option<int> _maxTokens = new("--predict", "--n-predict", "-n")
    {
        Description = "Maximum tokens to generate; negative for no limit other than the model's end token and the context size",
        HelpName = "N",
        DefaultValueFactory = _ => -1,
    };

    private readonly Option<string[]?> _stop = new("--stop", "--reverse-prompt", "-r")
    {
        Description = "A stop sequence, which is not printed; repeatable",
        HelpName = "TEXT",
    };

    public LimitArguments(Command command) => command.AddAll([_maxTokens, _stop]);

    /// <summary>Adds these limits to the options; existing stop sequences are kept.</summary>
    public GenerationOptions Apply(ParseResult parse, GenerationOptions options) => options with
    {
        MaxTokens = parse.GetValue(_maxTokens) is >= 0 and int most ? most : null,
        StopSequences = [.. options.StopSequences, .. parse.GetValue(_stop) ?? []],
    };
}
