namespace LlamaNative.TestSupport;

/// <summary>
/// Cancels work while it runs, from a thread of its own: a timer's callback waits for the thread pool, which on a busy
/// machine comes long after the work is done.
/// </summary>
public static class Cancelling
{
    private const int Attempts = 100;

    /// <summary>Runs <paramref name="work"/>, which puts its state in order first, until a cancellation reached it.</summary>
    /// <param name="work">What is cancelled; it is begun again where it was quicker than the cancellation.</param>
    /// <param name="delay">The milliseconds between its beginning and the cancellation.</param>
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
