using System.Text;
using System.Threading.Channels;

namespace LlamaNative;

/// <summary>
/// The text of an asynchronous generation, in pieces of whole characters. It starts when it is enumerated, and it can be
/// enumerated once; afterwards <see cref="Result"/> holds the result. Cancelling throws
/// <see cref="OperationCanceledException"/> and still leaves a result.
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

    /// <summary>What was generated, once the enumeration has ended; null before, and when the generation failed.</summary>
    public GenerationResult? Result { get; private set; }

    /// <inheritdoc/>
    public async IAsyncEnumerator<string> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("A generation can be enumerated once; start another.");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancellationToken, cancellationToken, _context.Worker.Stopping);
        var pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _context.Worker.Post(() => Run(pieces.Writer, done, stop.Token));
        try
        {
            // Read without the token: after a cancellation the pieces already made still come, and the worker ends the channel.
            await foreach (string piece in pieces.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return piece;
            }
        }
        finally
        {
            // Reached early when the caller leaves the loop; the context is free again only when the worker is out of it.
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
            // For the whole run: between two of its tokens no other thread may change what it goes on from.
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
            error = new OperationCanceledException("The context was disposed before the generation had its turn.");
        }
        catch (Exception failure)
        {
            error = failure;
        }

        pieces.Complete(error);
        done.SetResult();
    }
}
