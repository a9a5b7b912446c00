using System.Runtime.InteropServices;

namespace LlamaNative.Cli.Terminal;

/// <summary>
/// Handles Ctrl+C, SIGTERM and SIGHUP (a closed terminal). All cancel the command, so that it can finish what it writes; Ctrl+C cancels
/// only the part of it that registered for cancellation. If a cancelled command does not end, the next signal ends the process.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    /// <summary>Windows ends the process when the handler of a closed window returns, and after about 5 seconds in any case.</summary>
    private static readonly TimeSpan s_windowsPatience = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource _command = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile CancellationTokenSource? _part;
    private volatile int _exitCode = Terminal.ExitCode.Interrupted;

    public Interrupt() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnCtrlC),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => OnTermination(signal, Terminal.ExitCode.Terminated)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => OnTermination(signal, Terminal.ExitCode.HungUp)),
    ];

    /// <summary>Cancelled when the command should end.</summary>
    public CancellationToken Token => _command.Token;

    /// <summary>The exit code of a cancelled command.</summary>
    public int ExitCode => _exitCode;

    /// <summary>Until the part is disposed, Ctrl+C cancels only this part.</summary>
    public Part BeginPart() => new(this);

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        // The sources are not disposed: a signal handler may still be using them.
        _ended.Set();
    }

    private void OnCtrlC(PosixSignalContext signal)
    {
        CancellationTokenSource target = _part is { IsCancellationRequested: false } part ? part : _command;
        signal.Cancel = !target.IsCancellationRequested;
        target.Cancel();
    }

    private void OnTermination(PosixSignalContext signal, int exitCode)
    {
        signal.Cancel = !_command.IsCancellationRequested;
        _exitCode = exitCode;
        _command.Cancel(); // and with it the part, which is linked
        if (OperatingSystem.IsWindows())
        {
            _ended.Wait(s_windowsPatience);
        }
    }

    internal sealed class Part : IDisposable
    {
        private readonly Interrupt _owner;
        private readonly CancellationTokenSource _source;

        public Part(Interrupt owner)
        {
            _owner = owner;
            _source = CancellationTokenSource.CreateLinkedTokenSource(owner.Token);
            owner._part = _source;
        }

        public CancellationToken Token => _source.Token;

        // The source is not disposed: a signal handler may still be using it.
        public void Dispose() => _owner._part = null;
    }
}
