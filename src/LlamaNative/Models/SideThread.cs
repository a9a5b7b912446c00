using System.Runtime.ExceptionServices;

namespace LlamaNative.Models;

/// <summary>
/// Work on a thread of its own, beside the caller's. A task would do, but the first one of a program makes the thread pool,
/// which takes longer than looking a model file over.
/// </summary>
internal sealed class SideThread
{
    private readonly object _gate = new();
    private ExceptionDispatchInfo? _error;
    private bool _done;

    /// <summary>Begins the work.</summary>
    /// <param name="work">What <see cref="Join"/> waits for.</param>
    /// <param name="afterwards">What the thread goes on with, for which nobody waits, unless the work failed. An error of it is dropped.</param>
    public SideThread(Action work, Action afterwards)
    {
        var thread = new Thread(() =>
        {
            _error = Run(work);
            lock (_gate)
            {
                _done = true;
                Monitor.Pulse(_gate);
            }

            if (_error is null)
            {
                _ = Run(afterwards);
            }
        })
        { IsBackground = true, Name = "LlamaModel" };
        thread.UnsafeStart(); // Start would capture the caller's context, for which the runtime loads its compiler
    }

    /// <summary>Waits for the work, and throws what it threw.</summary>
    public void Join()
    {
        lock (_gate)
        {
            while (!_done)
            {
                Monitor.Wait(_gate);
            }
        }

        _error?.Throw();
    }

    private static ExceptionDispatchInfo? Run(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception error)
        {
            return ExceptionDispatchInfo.Capture(error);
        }
    }
}
