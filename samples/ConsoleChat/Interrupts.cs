using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace ConsoleChat;

/// <summary>
/// Ctrl+C. It takes the place of the host's console lifetime, for which Ctrl+C is the end of the program: here it stops
/// the answer under way, and the program only when pressed again before the next message.
/// </summary>
internal sealed class Interrupts(IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private CancellationTokenSource? _answer;
    private bool _loading = true;
    private bool _pressed;

    /// <summary>Raised when a further Ctrl+C would end the program.</summary>
    public event Action? Warned;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnCtrlC));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Waits for a message: from now on the first Ctrl+C only warns. (Before, while the model loads, it ends the program.)
    /// </summary>
    public void AwaitMessage()
    {
        lock (_gate)
        {
            _loading = false;
            _answer = null;
        }
    }

    /// <summary>A message has come.</summary>
    public void NoteMessage()
    {
        lock (_gate)
        {
            _pressed = false;
        }
    }

    /// <summary>Begins an answer that Ctrl+C stops; it ends with the next <see cref="AwaitMessage"/>.</summary>
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
