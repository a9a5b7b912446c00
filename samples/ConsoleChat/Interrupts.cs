using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace ConsoleChat;

/// <summary>
/// Handles Ctrl+C, SIGTERM and SIGHUP (a closed terminal). Replaces the host's console lifetime, which ends the program on Ctrl+C. Here
/// Ctrl+C stops the current answer, and ends the program only if it is pressed again before the next message.
/// </summary>
internal sealed class Interrupts(IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private CancellationTokenSource? _answer;
    private bool _loading = true;
    private bool _pressed;

    /// <summary>Raised when another Ctrl+C would end the program.</summary>
    public event Action? Warned;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnCtrlC));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnTerminate));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Starts waiting for a message: from now on the first Ctrl+C only warns. While the model loads, it ends the program.
    /// </summary>
    public void AwaitMessage()
    {
        lock (_gate)
        {
            _loading = false;
            _answer = null;
        }
    }

    /// <summary>Records that a message was entered.</summary>
    public void NoteMessage()
    {
        lock (_gate)
        {
            _pressed = false;
        }
    }

    /// <summary>Starts an answer that Ctrl+C stops; it ends with the next <see cref="AwaitMessage"/>.</summary>
    public CancellationToken BeginAnswer()
    {
        lock (_gate)
        {
            _answer = new CancellationTokenSource();
            return _answer.Token;
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnCtrlC(PosixSignalContext signal)
    {
        signal.Cancel = true;
        CancellationTokenSource? answer;
        bool again;
        lock (_gate)
        {
            answer = _answer;
            again = _pressed || _loading;
            _pressed = true;
        }

        if (answer is { IsCancellationRequested: false })
        {
            answer.Cancel();
        }
        else if (again)
        {
            application.StopApplication();
        }
        else
        {
            Warned?.Invoke();
        }
    }

    private void OnTerminate(PosixSignalContext signal)
    {
        signal.Cancel = true;
        application.StopApplication();
    }
}
