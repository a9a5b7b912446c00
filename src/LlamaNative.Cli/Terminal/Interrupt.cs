using System.Runtime.InteropServices;

namespace LlamaNative.Cli.Terminal;

/// <summary>
/// Handles Ctrl+C: cancels the command, or only the part of it that registered for cancellation. If a cancelled command does
/// not end, the next Ctrl+C ends the process.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _command = new();
    private readonly PosixSignalRegistration _registration;
    private volatile CancellationTokenSource? _part;

    public Interrupt() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

    /// <summary>Cancelled when the command should end.</summary>
    public CancellationToken Token => _command.Token;

    /// <summary>Until the part is disposed, Ctrl+C cancels only this part.</summary>
    public Part BeginPart() => new(this);

    public void Dispose()
    {
        _registration.Dispose();
        _command.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        CancellationTokenSource target = _part is { IsCancellationRequested: false } part ? part : _command;
        signal.Cancel = !target.IsCancellationRequested;
        target.Cancel();
    }

    internal sealed class Part : IDisposable
    {
        private readonly Interrupt _owner;
        private readonly CancellationTokenSource _source = new();

        public Part(Interrupt owner)
        {
            _owner = owner;
            owner._part = _source;
        }

        public CancellationToken Token => _source.Token;

        // The source is not disposed: a signal handler may still be using it.
        public void Dispose() => _owner._part = null;
    }
}
