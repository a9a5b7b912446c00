using System.CommandLine;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Generation;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>Prints the most probable next tokens after a prompt, best first.</summary>
internal sealed class LogitsCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly ContextArguments _context;
    private readonly PromptArguments _prompt;
    private readonly Option<int> _top = new("--top")
    {
        Description = "How many tokens to print",
        HelpName = "K",
        DefaultValueFactory = _ => 10,
    };

    public LogitsCommand(Shell shell)
        : base(shell, "logits", "Print the most probable next tokens after a prompt as a JSON array of {id, piece, logit}")
    {
        _model = new ModelArguments(this);
        _prompt = new PromptArguments(this);
        Add(_top);
        _context = new ContextArguments(this);
    }

    protected override int Run(ParseResult parse)
    {
        int top = parse.GetValue(_top);
        NumberRange.Check(top, "--top", 1);
        string prompt = _prompt.Read(parse, Shell);
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        using var context = new LlamaContext(model, _context.Read(parse));
        float[] logits = Evaluate(context, _prompt.Tokenize(parse, Shell, model.Vocabulary, prompt));

        int[] ids = [.. Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).Take(top)];
        Shell.WriteJson(json =>
        {
            json.WriteStartArray();
            foreach (int id in ids)
            {
                json.WriteStartObject();
                json.WriteNumber("id", id);
                json.WriteString("piece", model.Vocabulary.GetPiece(id, showSpecial: true));
                json.WriteNumberOrNull("logit", logits[id]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        return ExitCode.Success;
    }

    private float[] Evaluate(LlamaContext context, int[] tokens)
    {
        var first = new FirstLogits();
        var options = new GenerationOptions { MaxTokens = 1, LogitsProcessors = [first], Sampling = SamplingOptions.Greedy };
        new TextGenerator(context).Generate(tokens, options, Interrupted);
        return first.Logits;
    }

    /// <summary>Stores the model's raw logits of the first step.</summary>
    private sealed class FirstLogits : ILogitsProcessor
    {
        public float[] Logits { get; private set; } = [];

        public void Process(Span<float> logits, ReadOnlySpan<int> generated) => Logits = logits.ToArray();
    }
}
