using System.CommandLine;
using System.Text;
using LlamaNative.Chat;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>Talks with a model: a line of input, an answer.</summary>
internal sealed class ChatCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly Option<string?> _system = new("--system", "-sys") { Description = "Instructions for the whole conversation", HelpName = "TEXT" };
    private readonly Option<string?> _template = new("--template", "--chat-template") { Description = "A chat template by name, or a file with one in Jinja [default: the model's own, else chatml]", HelpName = "NAME|FILE" };
    private readonly LimitArguments _limits;
    private readonly ContextArguments _context;
    private readonly SamplingArguments _sampling;

    public ChatCommand(Shell shell)
        : base(shell, "chat", "Talk with a model; each line of input gets an answer")
    {
        _model = new ModelArguments(this);
        this.AddAll([_system, _template]);
        _limits = new LimitArguments(this);
        _context = new ContextArguments(this);
        _sampling = new SamplingArguments(this);
    }

    protected override int Run(ParseResult parse)
    {
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        using var context = new LlamaContext(model, _context.Read(parse));
        ChatFormat format = ChatFormat.Find(model, parse.GetValue(_template));
        GenerationOptions options = _limits.Apply(parse, new GenerationOptions { Sampling = _sampling.Read(parse) });
        var session = new ChatSession(context, new ChatSessionOptions { Format = format, SystemPrompt = parse.GetValue(_system) });

        Shell.Tell($"{model.Description}, {format.Source}");
        if (Shell.InputIsTerminal)
        {
            Shell.Tell("/reset forgets the conversation, /exit leaves; Ctrl+C stops an answer.");
        }

        return TalkAsync(session, options).GetAwaiter().GetResult();
    }

    private async Task<int> TalkAsync(ChatSession session, GenerationOptions options)
    {
        // Not disposed: the console's reader would wait for a read that Ctrl+C has left behind.
        TextReader input = Shell.InputIsTerminal ? Console.In : new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        while (true)
        {
            Shell.TellPart(Shell.InputIsTerminal ? "> " : "");
            string? line = await Task.Run(input.ReadLine).WaitAsync(Interrupted).ConfigureAwait(false);
            switch (line?.Trim())
            {
                case null when Shell.InputIsTerminal:
                    Shell.Tell("");
                    return ExitCode.Success;
                case null or "/exit":
                    return ExitCode.Success;
                case "":
                    break;
                case "/reset":
                    session.Reset();
                    break;
                default:
                    await AnswerAsync(session, line, options).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task AnswerAsync(ChatSession session, string line, GenerationOptions options)
    {
        using Interrupt.Part part = Shell.Interrupt.BeginPart();
        try
        {
            await foreach (string piece in session.SendAsync(line, options, part.Token).ConfigureAwait(false))
            {
                Shell.Write(piece);
            }
        }
        catch (OperationCanceledException) when (part.Token.IsCancellationRequested)
        {
            // What came so far stays in the conversation.
        }
        catch (ContextOverflowException error) when (Shell.InputIsTerminal)
        {
            Shell.Fail(ErrorText.Of(error));
            Shell.Tell("The conversation no longer fits; /reset forgets it.");
        }

        Shell.Write("\n");
    }
}
