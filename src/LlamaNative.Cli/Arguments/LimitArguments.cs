using System.CommandLine;

namespace LlamaNative.Cli.Arguments;

/// <summary>What ends a generation.</summary>
internal sealed class LimitArguments
{
    private readonly Option<int> _maxTokens = new("--predict", "--n-predict", "-n")
    {
        Description = "Most tokens to generate; a negative number goes on until the model or the context ends it",
        HelpName = "N",
        DefaultValueFactory = _ => -1,
    };

    private readonly Option<string[]?> _stop = new("--stop", "--reverse-prompt", "-r")
    {
        Description = "A text that ends the generation and is not printed; repeatable",
        HelpName = "TEXT",
    };

    public LimitArguments(Command command) => command.AddAll([_maxTokens, _stop]);

    /// <summary>The options with these limits, besides the stop sequences they have already.</summary>
    public GenerationOptions Apply(ParseResult parse, GenerationOptions options) => options with
    {
        MaxTokens = parse.GetValue(_maxTokens) is >= 0 and int most ? most : null,
        StopSequences = [.. options.StopSequences, .. parse.GetValue(_stop) ?? []],
    };
}
