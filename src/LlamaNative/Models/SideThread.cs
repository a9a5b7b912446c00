using System.Runtime.ExceptionServices;

namespace LlamaNative.Models;

/// <summary>
/// Work on a thread of its own, beside the caller's. A task would do, but the first one of a program makes the thread pool,
/// which takes longer than looking a model file over.
/// </summary>
internal sealed class SideThread
{
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _error;

    /// <summary>Begins the work.</summary>
    public SideThread(Action work)
    {
        _thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception error)
            {
                _error = ExceptionDispatchInfo.Capture(error);
            }
        })
        { IsBackground = true, Name = "LlamaModel" };
        _thread.Start();
    }

    /// <summary>Waits for the work, and throws what it threw.</summary>
    public void Join()
    {
        _thread.Join();
        _error?.Throw();
    }
}
