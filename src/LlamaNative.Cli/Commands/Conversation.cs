using System.Text;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>A conversation on the terminal or in pipes: each line of input gets an answer.</summary>
internal sealed class Conversation(Shell shell, ChatSession session, GenerationOptions options, string? path)
{
    // Not disposed: disposal would wait for a read that Ctrl+C abandoned.
    private readonly TextReader _input =
        shell.InputIsTerminal ? Console.In : new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);

    private readonly SessionFile _file = new(shell, session, path);

    /// <summary>Resumes a saved conversation and answers until the input ends.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        _file.Load();
        if (IsUnanswered || OpenCalls.Count > 0)
        {
            shell.Tell("The last message was not answered yet.");
            await ReplyAsync(null).ConfigureAwait(false);
        }

        while (await ReadAsync("> ").ConfigureAwait(false) is { } line && line.Trim() != "/exit")
        {
            switch (line.Trim())
            {
                case "":
                    break;
                case "/reset":
                    session.Reset();
                    _file.Save();
                    break;
                default:
                    await ReplyAsync(ChatMessage.FromUser(line)).ConfigureAwait(false);
                    break;
            }
        }

        return _file.Failed ? ExitCode.Failure : ExitCode.Success;
    }

    private bool IsUnanswered => session.Messages is [.., { Role: ChatRole.User or ChatRole.Tool }];

    /// <summary>The calls of the last answer that have no result yet.</summary>
    private IReadOnlyList<ToolCall> OpenCalls
    {
        get
        {
            int results = session.Messages.Reverse().TakeWhile(message => message.Role == ChatRole.Tool).Count();
            return session.Messages.SkipLast(results).LastOrDefault() is { Role: ChatRole.Assistant } answer
                ? [.. answer.ToolCalls.Skip(results)]
                : [];
        }
    }

    /// <summary>Answers; while the answer calls tools, the user enters their results.</summary>
    /// <param name="message">The message to send; null to answer the conversation as it is.</param>
    private async Task ReplyAsync(ChatMessage? message)
    {
        if (message is not null || OpenCalls.Count == 0)
        {
            await AnswerAsync(message).ConfigureAwait(false);
        }

        while (OpenCalls is { Count: > 0 } calls)
        {
            foreach (ToolCall call in calls)
            {
                WriteCall(call);
                if (await ReadAsync($"result of {call.Name}> ").ConfigureAwait(false) is not { } result)
                {
                    return;
                }

                session.Add(new ChatMessage(ChatRole.Tool, result) { Name = call.Name, ToolCallId = call.Id });
                _file.Save();
            }

            await AnswerAsync(null).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(ChatMessage? message)
    {
        using Interrupt.Part part = shell.Interrupt.BeginPart();
        ChatAnswer answer =
            message is null ? session.RegenerateAsync(options, part.Token) : session.SendAsync(message, options, part.Token);
        try
        {
            await foreach (string piece in answer.ConfigureAwait(false))
            {
                shell.Write(piece);
            }
        }
        catch (OperationCanceledException) when (part.Token.IsCancellationRequested)
        {
            // The part generated so far stays in the conversation.
        }
        catch (ContextOverflowException error) when (shell.InputIsTerminal)
        {
            shell.Fail(ErrorText.Of(error));
            shell.Tell("The conversation no longer fits into the context; /reset clears it.");
        }
        finally
        {
            // If the process is asked to exit before the answer starts, the message is kept and answered when the conversation is resumed.
            if (message is not null && answer.Message is null && shell.Interrupt.Token.IsCancellationRequested)
            {
                session.Add(message);
            }

            _file.Save();
        }

        shell.Write("\n");
    }

    /// <summary>Reads a line; null at the end of the input.</summary>
    private async Task<string?> ReadAsync(string prompt)
    {
        shell.TellPart(shell.InputIsTerminal ? prompt : "");
        string? line = await Task.Run(_input.ReadLine).WaitAsync(shell.Interrupt.Token).ConfigureAwait(false);
        if (line is null && shell.InputIsTerminal)
        {
            shell.Tell("");
        }

        return line;
    }

    private void WriteCall(ToolCall call) => shell.WriteJson(json =>
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
