using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using LlamaNative.Cli.Commands;
using LlamaNative.Cli.Terminal;
using LlamaNative.Grammars;

namespace LlamaNative.Cli;

/// <summary>The root command: lists the commands and reports their errors.</summary>
internal static class ToolCommand
{
    // A prompt must stay plain text: "-tc" does not mean "-t -c", and "@file" is not replaced by the contents of a file.
    private static readonly ParserConfiguration s_parser = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    public static int Run(string[] args, Shell shell)
    {
        ParseResult parsed = Create(shell).Parse(args, s_parser);
        if (parsed.Errors.Count > 0)
        {
            string mistakes = ErrorText.OneLine(string.Join('\n', parsed.Errors.Select(ParsingMistake.Describe)));
            shell.Fail($"{mistakes} Try '{CommandName(parsed.CommandResult)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException) when (shell.Interrupt.Token.IsCancellationRequested)
        {
            return shell.Interrupt.ExitCode;
        }
        catch (OutputClosedException)
        {
            // The reader of our output closed the pipe, as head does; this is not an error.
            return ExitCode.Failure;
        }
        catch (Exception error) when (error is LlamaException or JsonSchemaException or ArgumentException
            or IOException or UnauthorizedAccessException)
        {
            shell.Fail(ErrorText.Of(error));
            return ExitCode.Failure;
        }
        catch (Exception error)
        {
            shell.Fail($"unexpected {error.GetType().Name}: {ErrorText.Of(error)}");
            return ExitCode.Failure;
        }
    }

    // Not a RootCommand, which would take its name from the assembly instead of the tool.
    private static Command Create(Shell shell) =>
        new("llamanative", "Run, inspect and measure GGUF models with llama.cpp. Text goes to stdout, everything else to stderr.")
        {
            new HelpOption(),
            new VersionOption(),
            new RunCommand(shell),
            new ChatCommand(shell),
            new TokenizeCommand(shell),
            new DetokenizeCommand(shell),
            new LogitsCommand(shell),
            new PerplexityCommand(shell),
            new BenchCommand(shell),
            new PlanCommand(shell),
            new EmbedCommand(shell),
            new RerankCommand(shell),
            new InspectCommand(shell),
            new QuantizeCommand(shell),
            new SynthCommand(shell),
            new TraceCommand(shell),
            new RenderCommand(shell),
            new GrammarCommand(shell),
            new MergeCommand(shell),
            new DevicesCommand(shell),
        };

    private static string CommandName(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{CommandName(parent)} {command.Command.Name}" : command.Command.Name;
}
