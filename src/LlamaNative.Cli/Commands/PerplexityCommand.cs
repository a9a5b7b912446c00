using System.CommandLine;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Commands;

/// <summary>
/// Measures how well a model predicts a text: exp of the mean of -log p(token i+1 | tokens 0..i), over the beginning of the
/// text that fits into one context.
/// </summary>
internal sealed class PerplexityCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly Option<string> _file = new("--file", "-f") { Description = "The text", HelpName = "FILE", Required = true };
    private readonly Option<int> _contextSize = new("--ctx-size", "-c")
    {
        Description = "Tokens to evaluate, including the BOS token",
        HelpName = "N",
        DefaultValueFactory = _ => 512,
    };
    private readonly Option<int?> _threads = new("--threads", "-t")
    {
        Description = "Threads to use [default: one per core]",
        HelpName = "N",
    };
    private readonly Option<FlashAttention> _flashAttention = CacheArguments.FlashAttentionOption();
    private readonly Option<GgmlType> _cacheTypeK = CacheArguments.TypeOption("--cache-type-k", "-ctk", "keys");
    private readonly Option<GgmlType> _cacheTypeV = CacheArguments.TypeOption("--cache-type-v", "-ctv", "values");

    public PerplexityCommand(Shell shell)
        : base(shell, "perplexity", "Measure how well a model predicts a text; prints JSON")
    {
        _model = new ModelArguments(this);
        this.AddAll([_file, _contextSize, _threads, _flashAttention, _cacheTypeK, _cacheTypeV]);
    }

    protected override int Run(ParseResult parse)
    {
        int size = parse.GetValue(_contextSize);
        NumberRange.Check(size, "--ctx-size", 2);
        string text = TextFile.Read(parse.GetRequiredValue(_file));
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        int[] tokens = model.Vocabulary.Tokenize(text, addSpecial: false);
        int room = size - (model.Vocabulary is { AddsBos: true, Bos: not null } ? 1 : 0);
        using var context = new LlamaContext(model, ContextOptions(parse, size));

        PerplexityResult result = Perplexity.Measure(context, tokens.AsSpan(0, Math.Min(tokens.Length, room)),
            size, cancellationToken: Interrupted);
        Shell.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteNumberOrNull("perplexity", result.Perplexity);
            json.WriteNumberOrNull("meanNll", result.MeanNegativeLogLikelihood);
            json.WriteNumber("tokens", result.TokenCount);
            json.WriteNumber("predictions", result.PredictionCount);
            json.WriteEndObject();
        });
        return ExitCode.Success;
    }

    private ContextOptions ContextOptions(ParseResult parse, int size) => new()
    {
        ContextSize = size,
        BatchSize = size,
        Threads = parse.GetValue(_threads),
        FlashAttention = parse.GetValue(_flashAttention),
        CacheTypeK = parse.GetValue(_cacheTypeK),
        CacheTypeV = parse.GetValue(_cacheTypeV),
    };
}
