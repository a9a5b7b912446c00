using System.CommandLine;
using System.Text;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>Chats with a model: each line of input gets an answer.</summary>
internal sealed class ChatCommand : ShellCommand
{
    private readonly ModelArguments _model;
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
    private readonly Option<string?> _conversation = new("--session")
    {
        Description = "A session file: the conversation is loaded from it if it exists, and saved to it at the end",
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
        this.AddAll([_system, _template, _conversation]);
        _tools = new ToolArguments(this);
        _limits = new LimitArguments(this);
        _context = new ContextArguments(this);
        _sampling = new SamplingArguments(this);
    }

    protected override int Run(ParseResult parse)
    {
        IReadOnlyList<ToolDefinition> tools = _tools.Read(parse);
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        using var context = new LlamaContext(model, _context.Read(parse));
        ChatFormat format = ChatFormat.FromNameOrFile(model, parse.GetValue(_template));
        GenerationOptions options = _limits.Apply(parse, new GenerationOptions { Sampling = _sampling.Read(parse) });
        var session = new ChatSession(context, new ChatSessionOptions
        {
            Format = format,
            SystemPrompt = parse.GetValue(_system),
            Tools = tools,
            ToolChoice = _tools.Choice(parse),
        });

        Shell.Tell($"{model.Description}, {format.Source}");
        if (Shell.InputIsTerminal)
        {
            Shell.Tell("/reset clears the conversation, /exit quits; Ctrl+C stops an answer.");
        }

        string? file = parse.GetValue(_conversation);
        if (file is not null && File.Exists(file))
        {
            bool cached = session.Load(file);
            Shell.Tell(
                $"Resumed a conversation of {session.Messages.Count} messages, "
                + $"{(cached ? "with its cache" : "which are evaluated again")}.");
        }

        int exitCode = TalkAsync(session, options).GetAwaiter().GetResult();
        if (file is not null)
        {
            session.Save(file);
        }

        return exitCode;
    }

    private async Task<int> TalkAsync(ChatSession session, GenerationOptions options)
    {
        // Not disposed: disposal would wait for a read that Ctrl+C abandoned.
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
                    await AnswerAsync(session, line, options, input).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Answers; while the answer calls tools, the user enters their results.</summary>
    private async Task AnswerAsync(ChatSession session, string line, GenerationOptions options, TextReader input)
    {
        ChatMessage? next = ChatMessage.FromUser(line);
        while (next is not null)
        {
            IReadOnlyList<ToolCall> calls = await AnswerAsync(session, next, options).ConfigureAwait(false);
            next = null;
            foreach (ToolCall call in calls)
            {
                if (next is not null)
                {
                    session.Add(next);
                }

                WriteCall(call);
                Shell.TellPart(Shell.InputIsTerminal ? $"result of {call.Name}> " : "");
                if (await Task.Run(input.ReadLine).WaitAsync(Interrupted).ConfigureAwait(false) is not { } result)
                {
                    return;
                }

                next = new ChatMessage(ChatRole.Tool, result) { Name = call.Name, ToolCallId = call.Id };
            }
        }
    }

    private async Task<IReadOnlyList<ToolCall>> AnswerAsync(ChatSession session, ChatMessage message, GenerationOptions options)
    {
        using Interrupt.Part part = Shell.Interrupt.BeginPart();
        ChatAnswer answer = session.SendAsync(message, options, part.Token);
        try
        {
            await foreach (string piece in answer.ConfigureAwait(false))
            {
                Shell.Write(piece);
            }
        }
        catch (OperationCanceledException) when (part.Token.IsCancellationRequested)
        {
            // The part generated so far stays in the conversation.
        }
        catch (ContextOverflowException error) when (Shell.InputIsTerminal)
        {
            Shell.Fail(ErrorText.Of(error));
            Shell.Tell("The conversation no longer fits into the context; /reset clears it.");
        }

        Shell.Write("\n");
        return answer.Message?.ToolCalls ?? [];
    }

    private void WriteCall(ToolCall call) => Shell.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("tool_call");
        json.WriteString("name", call.Name);
        json.WritePropertyName("arguments");
        call.Arguments.WriteTo(json);
        if (call.Id is not null)
        {
            json.WriteString("id", call.Id);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });
}
