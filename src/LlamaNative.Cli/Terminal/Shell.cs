using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Cli.Terminal;

/// <summary>
/// The tool's standard streams. Standard output and input are treated as bytes, so that text passes through unchanged: UTF-8
/// without a byte order mark, regardless of the locale.
/// </summary>
internal sealed class Shell : IDisposable
{
    private const int BrokenPipe = 32; // errno EPIPE, the same on Linux and macOS; the console stream of Windows hides it

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

    /// <summary>Whether standard output is a terminal, so that a newline should end the output before the next shell prompt.</summary>
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

    /// <summary>Writes a line to standard error.</summary>
    public void Tell(string line) => _error.WriteLine(line);

    /// <summary>Writes text to standard error.</summary>
    public void TellPart(string text) => _error.Write(text);

    /// <summary>Writes an error as one line to standard error.</summary>
    public void Fail(string message) => Tell("error: " + message);

    /// <summary>Reads all of standard input, unchanged.</summary>
    public byte[] ReadInput()
    {
        // Reading cannot be interrupted, so on Ctrl+C the read is abandoned on its thread.
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
            // The console stream hides that a pipe was closed, and a long generation would continue without a reader. Files
            // still use the console stream: a FileStream would not advance the file position shared with other processes.
            var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!pipe.CanSeek)
            {
                return pipe;
            }
        }

        return Console.OpenStandardOutput();
    }
}
