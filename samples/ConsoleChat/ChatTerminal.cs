using System.Text;

namespace ConsoleChat;

/// <summary>
/// Where the conversation takes place: a terminal, or files and pipes. Answers go to standard output, all else to standard error.
/// </summary>
internal sealed class ChatTerminal : IDisposable
{
    private readonly TextReader _input;
    private readonly Stream _output;
    private readonly TextWriter _notices = Console.Error;
    private bool _prompted;

    public ChatTerminal()
    {
        // UTF-8 whatever the locale says, and without a mark; only a terminal's own input is read as the system has it.
        IsInteractive = !Console.IsInputRedirected;
        _input = IsInteractive ? Console.In : new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        if (OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }

        _output = Console.OpenStandardOutput();
    }

    /// <summary>Whether someone sits there.</summary>
    public bool IsInteractive { get; }

    /// <summary>The next line of input; null at its end.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        Prompt();

        // A read cannot be interrupted; when the program ends it is left behind on its thread.
        string? line = await Task.Run(_input.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        _prompted &= line is null;
        return line;
    }

    /// <summary>Shows that it is the user's turn.</summary>
    public void Prompt()
    {
        if (IsInteractive)
        {
            _notices.Write("> ");
            _prompted = true;
        }
    }

    /// <summary>Gives the next program a line of its own, where ours ends behind a prompt.</summary>
    public void Leave()
    {
        if (_prompted)
        {
            _notices.WriteLine();
        }
    }

    /// <summary>A part of an answer.</summary>
    public void Write(string text)
    {
        _output.Write(Encoding.UTF8.GetBytes(text));
        _output.Flush();
    }

    /// <summary>A line that is no part of an answer.</summary>
    public void Tell(string line) => _notices.WriteLine(line);

    public void Dispose()
    {
        _output.Dispose();
        if (!IsInteractive)
        {
            _input.Dispose();
        }
    }
}
