namespace LlamaNative.Cli.Terminal;

/// <summary>What the tool tells the shell.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command was understood and failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl+C: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
