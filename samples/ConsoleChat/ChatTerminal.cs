using System.Text;

namespace ConsoleChat;

/// <summary>
/// Input and output of the conversation: a terminal, or files and pipes. Answers go to standard output, everything else to
/// standard error.
/// </summary>
internal sealed class ChatTerminal : IDisposable
{
    private readonly TextReader _input;
    private readonly Stream _output;
    private readonly TextWriter _notices = Console.Error;
    private bool _prompted;

    public ChatTerminal()
    {
        // UTF-8 regardless of the locale, without a byte order mark. Only terminal input uses the system's encoding.
        IsInteractive = !Console.IsInputRedirected;
        _input = IsInteractive ? Console.In : new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        if (OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }

        _output = Console.OpenStandardOutput();
    }

    /// <summary>Whether input comes from a terminal.</summary>
    public bool IsInteractive { get; }

    /// <summary>Reads the next line of input; null at the end.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        Prompt();

        // A read cannot be interrupted; when the program ends, it is abandoned on its thread.
        string? line = await Task.Run(_input.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        _prompted &= line is null;
        return line;
    }

    /// <summary>Prompts the user for a message.</summary>
    public void Prompt()
    {
        if (IsInteractive)
        {
            _notices.Write("> ");
            _prompted = true;
        }
    }

    /// <summary>Ends the line after a prompt, so that the shell's prompt starts on a new one.</summary>
    public void Leave()
    {
        if (_prompted)
        {
            _notices.WriteLine();
        }
    }

    /// <summary>Writes a part of an answer.</summary>
    public void Write(string text)
    {
        _output.Write(Encoding.UTF8.GetBytes(text));
        _output.Flush();
    }

    /// <summary>Writes a line that is not part of an answer.</summary>
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
