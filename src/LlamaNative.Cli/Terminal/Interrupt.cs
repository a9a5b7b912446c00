using System.Runtime.InteropServices;

namespace LlamaNative.Cli.Terminal;

/// <summary>
/// Ctrl+C: stops the command, or only a part of it that asked to be stopped alone. A command that has been told and does
/// not end is ended by the next Ctrl+C.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _command = new();
    private readonly PosixSignalRegistration _registration;
    private volatile CancellationTokenSource? _part;

    public Interrupt() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

    /// <summary>Cancelled when the command is to end.</summary>
    public CancellationToken Token => _command.Token;

    /// <summary>Until the part is disposed, Ctrl+C stops it and nothing else.</summary>
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

        // The source itself is left to the collector: a signal that comes now may still hold it.
        public void Dispose() => _owner._part = null;
    }
}
