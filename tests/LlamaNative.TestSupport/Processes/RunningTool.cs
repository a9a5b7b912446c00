using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LlamaNative.TestSupport;

/// <summary>A program that a test talks to while it runs, and that it may end with a signal.</summary>
public sealed class RunningTool : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _error;

    internal RunningTool(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What was read from standard output so far.</summary>
    public string Text { get; private set; } = "";

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
        await _process.StandardInput.BaseStream.FlushAsync();
    }

    /// <summary>Reads standard output until it contains a text.</summary>
    public async Task ReadUntilAsync(Func<string, bool> isEnough)
    {
        using var limit = new CancellationTokenSource(s_patience);
        char[] buffer = new char[256];
        while (!isEnough(Text))
        {
            int read = await _process.StandardOutput.ReadAsync(buffer, limit.Token);
            Assert.True(read > 0, $"The program ended after '{Text}': {(_process.HasExited ? await _error : "")}");
            Text += new string(buffer, 0, read);
        }
    }

    /// <summary>Closes the pipe from which the program's output is read.</summary>
    public void CloseOutput() => _process.StandardOutput.Close();

    /// <summary>Sends a signal such as TERM and waits for the end.</summary>
    /// <returns>The exit code: 128 + the signal's number if the signal itself ended the process.</returns>
    public async Task<int> EndAsync(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return await WaitAsync();
    }

    public async Task<int> WaitAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
