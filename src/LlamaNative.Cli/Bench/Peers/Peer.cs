using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace LlamaNative.Cli.Bench;

/// <summary>A command to compare with. It is run without a shell, so only quotes have a special meaning.</summary>
internal sealed class Peer
{
    private const int MaxOutput = 16 << 20; // far more than a report has

    private readonly string[] _arguments;

    private Peer(string command, string[] arguments)
    {
        Command = command;
        _arguments = arguments;
    }

    public string Command { get; }

    /// <exception cref="PeerException">The text contains no command, or an unclosed quote.</exception>
    public static Peer Parse(string command)
    {
        var arguments = new List<string>();
        var argument = new StringBuilder();
        char quote = '\0';
        bool begun = false;
        foreach (char c in command)
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
                begun = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                Flush();
            }
            else
            {
                argument.Append(c);
                begun = true;
            }
        }

        Flush();
        return quote != '\0' ? throw new PeerException(command, $"has an unclosed {quote}.")
            : arguments.Count == 0 ? throw new PeerException(command, "is empty.")
            : new Peer(command, [.. arguments]);

        void Flush()
        {
            if (begun)
            {
                arguments.Add(argument.ToString());
                argument.Clear();
                begun = false;
            }
        }
    }

    /// <summary>Runs the command to its end and returns its standard output.</summary>
    /// <exception cref="PeerException">It cannot be started, or its exit code is not 0.</exception>
    public string Run(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        Run(line => text.Append(line, 0, Math.Min(line.Length, MaxOutput - text.Length)).Append('\n'), cancellationToken);
        return text.ToString();
    }

    /// <summary>Runs the command to its end and passes on the lines of its standard output as they arrive.</summary>
    /// <exception cref="PeerException">It cannot be started, or its exit code is not 0.</exception>
    public void Run(Action<string> onLine, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(_arguments[0], _arguments[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Start(start);
        process.StandardInput.Close();
        using CancellationTokenRegistration stop = cancellationToken.Register(() => Kill(process));
        Task<string> errors = ReadAsync(process.StandardError);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            onLine(line);
        }

        string said = errors.GetAwaiter().GetResult();
        process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            throw new PeerException(Command, $"exited with code {process.ExitCode}. {LastLine(said)}");
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new PeerException(Command, $"cannot be started: {error.Message}", error);
        }
    }

    /// <summary>Reads to the end, keeping no more than the size limit of a report.</summary>
    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        char[] buffer = new char[8192];
        for (int count; (count = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
        {
            text.Append(buffer, 0, Math.Min(count, MaxOutput - text.Length));
        }

        return text.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // The process has already exited.
        }
    }

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault("It printed nothing on standard error.");
}
