using System.Text.Json.Nodes;
using LlamaNative;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConsoleChat;

/// <summary>Runs the conversation: loads the model, then answers each line until the input ends.</summary>
internal sealed partial class ChatService(
    IOptions<ChatOptions> options,
    ChatTerminal terminal,
    Interrupts interrupts,
    IHostApplicationLifetime application,
    ILoggerFactory loggers) : BackgroundService
{
    private readonly ChatOptions _options = options.Value;
    private readonly ILogger _logger = loggers.CreateLogger<ChatService>();
    private bool _isSaved = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            Environment.ExitCode = await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The user asked to quit.
        }
        catch (Exception error) when (error is LlamaException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            terminal.Tell("error: " + ErrorText.Of(error));
            Environment.ExitCode = ExitCode.Failure;
        }
        finally
        {
            if (!_isSaved)
            {
                Environment.ExitCode = ExitCode.Failure;
            }

            terminal.Leave();
            application.StopApplication();
        }
    }

    private async Task<int> RunAsync(CancellationToken stoppingToken)
    {
        if ((_options.Model ?? DefaultModel.Find()) is not { } path)
        {
            terminal.Tell(DefaultModel.Missing);
            return ExitCode.Usage;
        }

        JsonObject? variables = _options.ToTemplateVariables();
        LlamaRuntime.Load(new LlamaRuntimeOptions { Logger = loggers.CreateLogger("llama.cpp") });
        using LlamaModel model = await LoadAsync(path, stoppingToken);
        await using var context = new LlamaContext(model, _options.ToContextOptions());
        ChatAdapters.Apply(_options, context);
        LogLoaded(path, model.LoadTime.TotalMilliseconds, context.ContextSize);

        IReadOnlyList<ToolFunction> tools = ChatTools.Find(_options.Tools);
        ChatFormat format = ChatFormat.FromNameOrFile(model, _options.Template);
        var session = new ChatSession(context, new ChatSessionOptions
        {
            Format = format,
            SystemPrompt = _options.System,
            Tools = [.. tools.Select(tool => tool.Definition)],
            TemplateVariables = variables,
        });
        var runner = new ToolRunner(session, tools);
        terminal.Tell($"{model.Description}, {context.ContextSize} tokens of context, {format.Source}");

        var saved = new SavedSession(session, _options.Session, terminal);
        saved.Load();
        try
        {
            if (session.Messages is [.., { Role: ChatRole.User or ChatRole.Tool }])
            {
                await AnswerAsync(stop => runner.RegenerateAsync(_options.ToGenerationOptions(), stop), stoppingToken);
            }

            return await TalkAsync(runner, new ChatCommands(session, context, terminal), saved, stoppingToken);
        }
        finally
        {
            saved.Save();
            _isSaved = !saved.Failed;
        }
    }

    private async Task<LlamaModel> LoadAsync(string path, CancellationToken stoppingToken)
    {
        using var progress = new ProgressBar("Loading " + Path.GetFileName(path));
        return await LlamaModel.LoadAsync(path, _options.ToModelOptions(), progress, stoppingToken);
    }

    private async Task<int> TalkAsync(
        ToolRunner runner, ChatCommands commands, SavedSession saved, CancellationToken stoppingToken)
    {
        if (terminal.IsInteractive)
        {
            terminal.Tell("Type a message; /help lists the commands.");
        }

        interrupts.Warned += () =>
        {
            terminal.Tell("\n(press Ctrl+C again or type /exit to quit)");
            terminal.Prompt();
        };
        int exitCode = ExitCode.Success;
        while (true)
        {
            interrupts.AwaitMessage();
            string? line = await terminal.ReadLineAsync(stoppingToken);
            interrupts.NoteMessage();
            if (line is null || ChatCommands.IsExit(line))
            {
                return exitCode;
            }

            if (string.IsNullOrWhiteSpace(line) || commands.TryRun(line))
            {
                saved.Save();
                continue;
            }

            try
            {
                bool answered =
                    await AnswerAsync(stop => runner.SendAsync(line, _options.ToGenerationOptions(), stop), stoppingToken);
                exitCode = answered ? exitCode : ExitCode.Failure;
                saved.Save();
            }
            catch (OperationCanceledException)
            {
                saved.KeepUnanswered(line);
                throw;
            }
        }
    }

    private async Task<bool> AnswerAsync(
        Func<CancellationToken, IAsyncEnumerable<string>> answer, CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupts.BeginAnswer(), stoppingToken);
        bool answered = true;
        try
        {
            await foreach (string piece in answer(stop.Token))
            {
                terminal.Write(piece);
            }
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            terminal.Write(" ...");
        }
        catch (Exception error) when (error is LlamaException or ArgumentException)
        {
            terminal.Tell("error: " + ErrorText.Of(error));
            answered = false;
        }

        terminal.Write("\n");
        return answered;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded {Path} in {Milliseconds:F0} ms; {ContextSize} tokens of context")]
    private partial void LogLoaded(string path, double milliseconds, int contextSize);
}
