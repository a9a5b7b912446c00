namespace LlamaNative.Cli.Terminal;

/// <summary>The tool's exit codes.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command line was valid, but the command failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line was invalid.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl+C: 128 + SIGINT, as in shells.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGHUP: the terminal was closed.</summary>
    public const int HungUp = 129;

    /// <summary>128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
