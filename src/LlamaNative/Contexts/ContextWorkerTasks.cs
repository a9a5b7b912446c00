namespace LlamaNative.Contexts;

/// <summary>Runs work on a context's thread as a task.</summary>
internal static class ContextWorkerTasks
{
    /// <summary>
    /// Queues <paramref name="work"/>; its token is cancelled by the caller's token and when the context is disposed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public static async Task<T> RunAsync<T>(this ContextWorker worker, Func<CancellationToken, T> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, worker.Stopping);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Post(() =>
        {
            try
            {
                stop.Token.ThrowIfCancellationRequested();
                done.SetResult(work(stop.Token));
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        try
        {
            return await done.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller compares against its own token, not the linked one.
            throw new OperationCanceledException(cancellationToken);
        }
    }
}
