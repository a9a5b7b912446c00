using System.CommandLine;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>Base class of the tool's commands. Options are fields; <see cref="Run"/> does the work.</summary>
internal abstract class ShellCommand : Command
{
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show llama.cpp's log on stderr" };

    protected ShellCommand(Shell shell, string name, string description)
        : base(name, description)
    {
        Shell = shell;
        Add(_verbose);
        SetAction(Start);
    }

    protected Shell Shell { get; }

    protected CancellationToken Interrupted => Shell.Interrupt.Token;

    /// <summary>Executes the command; errors are thrown.</summary>
    /// <returns>The exit code.</returns>
    protected abstract int Run(ParseResult parse);

    private int Start(ParseResult parse)
    {
        if (parse.GetValue(_verbose))
        {
            LlamaRuntime.Load(new LlamaRuntimeOptions { Logger = new StandardErrorLogger() });
        }

        return Run(parse);
    }
}
