using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using LlamaNative.Cli.Commands;
using LlamaNative.Cli.Terminal;
using LlamaNative.Grammars;

namespace LlamaNative.Cli;

/// <summary>The tool: its commands, and what becomes of their errors.</summary>
internal static class ToolCommand
{
    // A prompt is text and nothing else: neither "-tc" for "-t -c", nor "@file" for what the file contains.
    private static readonly ParserConfiguration s_parser = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    public static int Run(string[] args, Shell shell)
    {
        ParseResult parsed = Create(shell).Parse(args, s_parser);
        if (parsed.Errors.Count > 0)
        {
            string mistakes = ErrorText.OneLine(string.Join('\n', parsed.Errors.Select(error => error.Message)));
            shell.Fail($"{mistakes} Try '{CommandName(parsed.CommandResult)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException) when (shell.Interrupt.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (OutputClosedException)
        {
            // Whoever read our output wanted no more of it (| head); there is nothing to say and nobody to say it to.
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

    // No RootCommand: it would call itself what the assembly is called, and not what the tool is.
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
