using System.Collections.Concurrent;

namespace LlamaNative.Contexts;

/// <summary>
/// The thread on which a context's asynchronous work runs, one piece after the other. Native evaluation blocks for long
/// and keeps per-thread state, so it neither occupies pool threads nor wanders between them. Started by the first use.
/// </summary>
#pragma warning disable CA1001 // no field holds anything but memory
internal sealed class ContextWorker
#pragma warning restore CA1001
{
    private BlockingCollection<Action>? _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Thread? _thread;

    /// <summary>Cancelled when the context is disposed.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Queues work; it is dropped, uncalled, only if the context was disposed before its turn.</summary>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public void Post(Action work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(LlamaContext));
            if (_queue is null)
            {
                _queue = [];
                _thread = new Thread(() => Run(_queue)) { IsBackground = true, Name = "LlamaContext" };
                _thread.Start();
            }

            _queue.Add(work);
        }
    }

    /// <summary>Tells running and queued work to stop; does not wait.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            _stop.Cancel();
            if (_queue is null)
            {
                _ended.SetResult();
            }
            else
            {
                _queue.CompleteAdding();
            }
        }
    }

    /// <summary>Tells work to stop and waits until the thread has ended; on the worker itself there is nothing to wait for.</summary>
    public Task StopAsync()
    {
        Stop();
        return Thread.CurrentThread == _thread ? Task.CompletedTask : _ended.Task;
    }

    private void Run(BlockingCollection<Action> queue)
    {
        // Work reports its own errors to whoever awaits it; queued work still runs after a stop, to say that it was cancelled.
        foreach (Action work in queue.GetConsumingEnumerable())
        {
            work();
        }

        _ended.SetResult();
    }
}
