using System.CommandLine;
using System.Text.Json.Nodes;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>Chats with a model: each line of input gets an answer.</summary>
internal sealed class ChatCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly AdapterArguments _adapters;
    private readonly Option<string?> _system = new("--system", "-sys")
    {
        Description = "Instructions for the whole conversation",
        HelpName = "TEXT",
    };
    private readonly Option<string?> _template = new("--template", "--chat-template")
    {
        Description = "The name of a built-in chat template, or a file with a Jinja template [default: the model's, else chatml]",
        HelpName = "NAME|FILE",
    };
    private readonly Option<JsonObject?> _variables = TemplateArguments.Option(
        "Additional variables for the chat template, e.g. {\"enable_thinking\": false}");

    private readonly Option<string?> _conversation = new("--session")
    {
        Description = "A session file: the conversation is loaded from it if it exists, and saved to it after every answer",
        HelpName = "FILE",
    };
    private readonly ToolArguments _tools;
    private readonly LimitArguments _limits;
    private readonly ContextArguments _context;
    private readonly SamplingArguments _sampling;

    public ChatCommand(Shell shell)
        : base(shell, "chat", "Chat with a model; each line of input gets an answer")
    {
        _model = new ModelArguments(this);
        _adapters = new AdapterArguments(this);
        this.AddAll([_system, _template, _variables, _conversation]);
        _tools = new ToolArguments(this);
        _limits = new LimitArguments(this);
        _context = new ContextArguments(this);
        _sampling = new SamplingArguments(this);
    }

    protected override int Run(ParseResult parse)
    {
        IReadOnlyList<ToolDefinition> tools = _tools.Read(parse, Shell);
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        using Adapters adapters = _adapters.Load(parse, model);
        using var context = new LlamaContext(model, _context.Read(parse));
        adapters.ApplyTo(context);
        ChatFormat format = ChatFormat.FromNameOrFile(model, parse.GetValue(_template));
        GenerationOptions options = _limits.Apply(parse, new GenerationOptions { Sampling = _sampling.Read(parse) });
        var session = new ChatSession(context, new ChatSessionOptions
        {
            Format = format,
            SystemPrompt = parse.GetValue(_system),
            Tools = tools,
            ToolChoice = _tools.Choice(parse),
            TemplateVariables = parse.GetValue(_variables),
        });

        Shell.Tell($"{model.Description}, {format.Source}");
        if (Shell.InputIsTerminal)
        {
            Shell.Tell("/reset clears the conversation, /exit quits; Ctrl+C stops an answer.");
        }

        return new Conversation(Shell, session, options, parse.GetValue(_conversation)).RunAsync().GetAwaiter().GetResult();
    }
}
