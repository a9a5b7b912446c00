using System.CommandLine;
using System.Numerics.Tensors;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Contexts;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>
/// How well a model predicts a text: exp of the mean of -log p(token i+1 | tokens 0..i), over the beginning of the text
/// that fits into one context, evaluated at once.
/// </summary>
internal sealed class PerplexityCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly Option<string> _file = new("--file", "-f") { Description = "The text", HelpName = "FILE", Required = true };
    private readonly Option<int> _contextSize = new("--ctx-size", "-c") { Description = "Tokens to evaluate, the one that begins the text included", HelpName = "N", DefaultValueFactory = _ => 512 };
    private readonly Option<int?> _threads = new("--threads", "-t") { Description = "Threads that compute [default: one for each core]", HelpName = "N" };

    public PerplexityCommand(Shell shell)
        : base(shell, "perplexity", "Measure how well a model predicts a text; prints JSON")
    {
        _model = new ModelArguments(this);
        this.AddAll([_file, _contextSize, _threads]);
    }

    protected override int Run(ParseResult parse)
    {
        int size = parse.GetValue(_contextSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2, "--ctx-size");
        string text = PromptArguments.ReadFile(parse.GetRequiredValue(_file));
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        int[] tokens = Tokens(model.Vocabulary, text, size);
        var options = new ContextOptions { ContextSize = size, BatchSize = size, Threads = parse.GetValue(_threads) };
        using var context = new LlamaContext(model, options);

        double mean = MeanNegativeLogLikelihood(context, tokens);
        Shell.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteNumberOrNull("perplexity", Math.Exp(mean));
            json.WriteNumberOrNull("meanNll", mean);
            json.WriteNumber("tokens", tokens.Length);
            json.WriteNumber("predictions", tokens.Length - 1);
            json.WriteEndObject();
        });
        return ExitCode.Success;
    }

    private static int[] Tokens(Vocabulary vocabulary, string text, int size)
    {
        int[] beginning = vocabulary is { AddsBos: true, Bos: { } bos } ? [bos] : [];
        int[] tokens = [.. beginning.Concat(vocabulary.Tokenize(text, addSpecial: false)).Take(size)];
        return tokens.Length >= 2 ? tokens : throw new ArgumentException($"The text has {tokens.Length} tokens: there is nothing to predict.");
    }

    private double MeanNegativeLogLikelihood(LlamaContext context, int[] tokens)
    {
        using var batch = new TokenBatch(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            batch.Add(tokens[i], i, logits: true);
        }

        context.Decode(batch, Interrupted);
        double sum = 0;
        for (int i = 0; i < tokens.Length - 1; i++)
        {
            sum -= LogProbability(context.BorrowLogits(i), tokens[i + 1]);
        }

        return sum / (tokens.Length - 1);
    }

    private static double LogProbability(ReadOnlySpan<float> logits, int token)
    {
        double max = TensorPrimitives.Max(logits);
        double total = 0;
        foreach (float logit in logits)
        {
            total += Math.Exp(logit - max);
        }

        return logits[token] - max - Math.Log(total);
    }
}
