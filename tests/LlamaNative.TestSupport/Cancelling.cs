namespace LlamaNative.TestSupport;

/// <summary>
/// Cancels work while it runs, from a separate thread: a timer's callback waits for the thread pool and on a busy machine
/// may run long after the work is done.
/// </summary>
public static class Cancelling
{
    private const int Attempts = 100;

    /// <summary>Runs <paramref name="work"/>, which first resets its state, until a cancellation takes effect.</summary>
    /// <param name="work">The work to cancel; it is repeated if it finished before the cancellation.</param>
    /// <param name="delay">The milliseconds between its start and the cancellation.</param>
    public static OperationCanceledException Within(Action<CancellationToken> work, int delay)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            using var stop = new CancellationTokenSource();
            using var begun = new ManualResetEventSlim();
            var canceller = new Thread(() =>
            {
                begun.Wait();
                Thread.Sleep(delay);
                stop.Cancel();
            });
            canceller.Start();
            try
            {
                begun.Set();
                work(stop.Token);
            }
            catch (OperationCanceledException cancelled)
            {
                return cancelled;
            }
            finally
            {
                canceller.Join();
            }
        }

        throw new InvalidOperationException($"{Attempts} times the work was done before a cancellation {delay} ms after its beginning.");
    }
}
