using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>Continues a prompt.</summary>
internal sealed class RunCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly AdapterArguments _adapters;
    private readonly PromptArguments _prompt;
    private readonly Option<JsonObject?> _template = TemplateArguments.Option(
        "Send the prompt as a message in the model's chat template, with these variables for it, e.g. {\"enable_thinking\": false}; "
        + "without this option the prompt is used unchanged");
    private readonly LimitArguments _limits;
    private readonly ContextArguments _context;
    private readonly SamplingArguments _sampling;
    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON object at the end instead of streaming the text",
    };

    public RunCommand(Shell shell)
        : base(shell, "run", "Continue a prompt; prints the continuation only")
    {
        _model = new ModelArguments(this);
        _adapters = new AdapterArguments(this);
        _prompt = new PromptArguments(this);
        _limits = new LimitArguments(this);
        this.AddAll([_json, _template]);
        _context = new ContextArguments(this);
        _sampling = new SamplingArguments(this);
    }

    protected override int Run(ParseResult parse)
    {
        string prompt = _prompt.Read(parse, Shell);
        GenerationOptions options = _limits.Apply(parse, new GenerationOptions { Sampling = _sampling.Read(parse) });
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        using Adapters adapters = _adapters.Load(parse, model);
        using var context = new LlamaContext(model, _context.Read(parse));
        adapters.ApplyTo(context);
        int[] tokens;
        if (parse.GetValue(_template) is { } variables)
        {
            ChatFormat format = ChatFormat.FromModel(model);
            string text = format.Render([ChatMessage.FromUser(prompt)], variables: variables);
            tokens = PromptArguments.TokenizeChat(Shell, model.Vocabulary, text);
            options = options with { StopSequences = [.. options.StopSequences, .. format.TurnEnds] };
        }
        else
        {
            tokens = _prompt.Tokenize(parse, Shell, model.Vocabulary, prompt);
        }

        using GenerationRun run = new TextGenerator(context).Start(tokens, options, Interrupted);

        bool json = parse.GetValue(_json);
        TimeSpan? sinceProcessStart = Generate(run, stream: !json);
        if (json)
        {
            Shell.WriteJson(writer => GenerationJson.Write(writer, run.GetResult(), model.Placement, sinceProcessStart));
        }
        else if (Shell.OutputIsTerminal)
        {
            Shell.Write("\n");
        }

        return run.StopReason == StopReason.Cancelled ? Shell.Interrupt.ExitCode : ExitCode.Success;
    }

    /// <summary>Generates and returns the time from the start of the process to the first token.</summary>
    private TimeSpan? Generate(GenerationRun run, bool stream)
    {
        TimeSpan? sinceProcessStart = null;
        bool more;
        do
        {
            more = run.MoveNext();
            if (sinceProcessStart is null && run.Tokens.Length > 0)
            {
                sinceProcessStart = DateTime.Now - Process.GetCurrentProcess().StartTime;
            }

            if (stream && run.Utf8.Length > 0)
            {
                Shell.Write(run.Utf8);
            }
        }
        while (more);
        return sinceProcessStart;
    }
}
