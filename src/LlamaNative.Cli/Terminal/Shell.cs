using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Cli.Terminal;

/// <summary>
/// The tool's side of the shell it runs in. Standard output and input are bytes, so that text passes through as it is:
/// UTF-8 without a mark, whatever the locale.
/// </summary>
internal sealed class Shell : IDisposable
{
    private const int BrokenPipe = 32; // errno EPIPE, on Linux and macOS alike; Windows' console stream hides it

    private readonly Stream _output = OpenOutput();
    private readonly TextWriter _error = Console.Error;

    public Shell()
    {
        if (OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }
    }

    public Interrupt Interrupt { get; } = new();

    /// <summary>Whether someone reads standard output as it comes, and wants the prompt on a line of its own afterwards.</summary>
    public bool OutputIsTerminal { get; } = !Console.IsOutputRedirected;

    public bool InputIsTerminal { get; } = !Console.IsInputRedirected;

    public void Write(ReadOnlySpan<byte> utf8)
    {
        try
        {
            _output.Write(utf8);
            _output.Flush();
        }
        catch (IOException error) when (error.HResult == BrokenPipe)
        {
            throw new OutputClosedException(error);
        }
    }

    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>A line on standard error.</summary>
    public void Tell(string line) => _error.WriteLine(line);

    /// <summary>Text on standard error.</summary>
    public void TellPart(string text) => _error.Write(text);

    /// <summary>An error, one line on standard error.</summary>
    public void Fail(string message) => Tell("error: " + message);

    /// <summary>All of standard input, unchanged.</summary>
    public byte[] ReadInput()
    {
        // Reading cannot be interrupted, so it is left behind on its thread when Ctrl+C comes.
        Task<byte[]> reading = Task.Run(static () =>
        {
            using Stream input = Console.OpenStandardInput();
            using var all = new MemoryStream();
            input.CopyTo(all);
            return all.ToArray();
        });
        return reading.WaitAsync(Interrupt.Token).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        Interrupt.Dispose();
        _output.Dispose();
    }

    private static Stream OpenOutput()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            // The console's stream hides that a pipe was closed, and a long generation would go on for nobody. A file,
            // though, is written through the console's stream: this one would not move the position shared with others.
            var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!pipe.CanSeek)
            {
                return pipe;
            }
        }

        return Console.OpenStandardOutput();
    }
}
