using System.Text;
using System.Threading.Channels;

namespace LlamaNative;

/// <summary>
/// The text of an asynchronous generation, in pieces of whole characters. It starts when enumerated and can be enumerated once;
/// afterwards <see cref="Result"/> is set. Cancellation throws <see cref="OperationCanceledException"/> and still sets the
/// result.
/// </summary>
public sealed class StreamingGeneration : IAsyncEnumerable<string>
{
    private readonly LlamaContext _context;
    private readonly Func<CancellationToken, GenerationRun> _start;
    private readonly CancellationToken _cancellationToken;
    private int _started;

    internal StreamingGeneration(LlamaContext context, Func<CancellationToken, GenerationRun> start, CancellationToken cancellationToken)
    {
        _context = context;
        _start = start;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The result once the enumeration has ended; null before that and after a failure.</summary>
    public GenerationResult? Result { get; private set; }

    /// <inheritdoc/>
    public async IAsyncEnumerator<string> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("A generation can be enumerated only once. Start another one.");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancellationToken, cancellationToken, _context.Worker.Stopping);
        var pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _context.Worker.Post(() => Run(pieces.Writer, done, stop.Token));
        try
        {
            // Read without the token: after cancellation, pieces that were already generated are still delivered, and the
            // worker completes the channel.
            await foreach (string piece in pieces.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return piece;
            }
        }
        finally
        {
            // Reached early if the caller leaves the loop; the context is available again only after the worker has finished.
            await stop.CancelAsync().ConfigureAwait(false);
            await done.Task.ConfigureAwait(false);
        }

        if (Result?.StopReason == StopReason.Cancelled)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            throw new OperationCanceledException("The context was disposed while generating.");
        }
    }

    private void Run(ChannelWriter<string> pieces, TaskCompletionSource done, CancellationToken stop)
    {
        Exception? error = null;
        try
        {
            // Hold the lease for the whole run: other threads must not change the sequence between two tokens.
            using LlamaContext.Lease lease = _context.Enter();
            using GenerationRun run = _start(stop);
            bool more;
            do
            {
                more = run.MoveNext();
                if (run.Utf8.Length > 0)
                {
                    pieces.TryWrite(Encoding.UTF8.GetString(run.Utf8));
                }
            }
            while (more);
            Result = run.GetResult();
        }
        catch (ObjectDisposedException) when (_context.Worker.Stopping.IsCancellationRequested)
        {
            error = new OperationCanceledException("The context was disposed before the generation started.");
        }
        catch (Exception failure)
        {
            error = failure;
        }

        pieces.Complete(error);
        done.SetResult();
    }
}
