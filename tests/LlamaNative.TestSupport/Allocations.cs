namespace LlamaNative.TestSupport;

/// <summary>Counts the managed bytes that code allocates on the current thread.</summary>
public static class Allocations
{
    private const int Runs = 3;

    /// <summary>
    /// The fewest bytes that one of three runs allocates. A single run can show bytes that it did not allocate: a garbage collection, which
    /// any other test may start, discards the rest of this thread's allocation buffer (up to 8 KiB) and counts it as allocated.
    /// </summary>
    public static long Of(Action action) => Of(action, static action => action());

    /// <summary><see cref="Of(Action)"/> with an argument, which a lambda could not capture if it is a ref struct.</summary>
    public static long Of<T>(T argument, Action<T> action)
        where T : allows ref struct
    {
        long fewest = long.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action(argument);
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }
}
