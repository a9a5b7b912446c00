using System.CommandLine;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>A command of the tool: its options are its fields, its work is <see cref="Run"/>.</summary>
internal abstract class ShellCommand : Command
{
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show llama.cpp's own log on stderr" };

    protected ShellCommand(Shell shell, string name, string description)
        : base(name, description)
    {
        Shell = shell;
        Add(_verbose);
        SetAction(Start);
    }

    protected Shell Shell { get; }

    protected CancellationToken Interrupted => Shell.Interrupt.Token;

    /// <summary>Does the work; errors are thrown.</summary>
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
