using System.Collections.Concurrent;

namespace LlamaNative.Contexts;

/// <summary>
/// The thread that runs a context's asynchronous work, in order. Native evaluation blocks for a long time and keeps per-thread
/// state, so it runs on a dedicated thread instead of the thread pool. The thread starts on first use.
/// </summary>
#pragma warning disable CA1001 // no field owns anything but memory
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

    /// <summary>
    /// Queues work. It is dropped without being called only if the context is disposed before the work starts.
    /// </summary>
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

    /// <summary>Cancels running and queued work without waiting for it.</summary>
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

    /// <summary>Cancels work and waits for the thread to end; returns a completed task on the worker thread itself.</summary>
    public Task StopAsync()
    {
        Stop();
        return Thread.CurrentThread == _thread ? Task.CompletedTask : _ended.Task;
    }

    private void Run(BlockingCollection<Action> queue)
    {
        // Work reports its errors through its own task; queued work still runs after Stop, so that it can report cancellation.
        foreach (Action work in queue.GetConsumingEnumerable())
        {
            work();
        }

        _ended.SetResult();
    }
}
