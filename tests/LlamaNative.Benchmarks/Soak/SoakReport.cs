using System.Collections.Concurrent;
using System.Globalization;

namespace LlamaNative.Benchmarks.Soaking;

/// <summary>Memory in bytes while only the model is in use.</summary>
internal readonly record struct MemorySample(TimeSpan Time, long Resident, long Managed);

/// <summary>The result of a soak: counts, memory samples and failures.</summary>
internal sealed class SoakReport
{
    private const long ResidentLimit = 32L << 20;
    private const long ManagedLimit = 8L << 20;

    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _unexpected = new();

    public List<MemorySample> Samples { get; } = [];

    public IReadOnlyCollection<string> Unexpected => _unexpected;

    public void Count(string what) => _counts.AddOrUpdate(what, 1, static (_, count) => count + 1);

    public long CountOf(string what) => _counts.GetValueOrDefault(what);

    public void Fail(string action, Exception error)
    {
        Count("unexpected");
        if (_unexpected.Count < 20)
        {
            _unexpected.Enqueue($"{action}: {error}");
        }
    }

    /// <summary>
    /// The growth between the medians of the second and the last quarter of the samples. The first quarter is warm-up, and
    /// single samples vary with the memory that allocators retain.
    /// </summary>
    public (long Resident, long Managed) Growth()
    {
        int quarter = Samples.Count / 4;
        return quarter == 0 ? (0, 0) : (Grown(sample => sample.Resident), Grown(sample => sample.Managed));

        long Grown(Func<MemorySample, long> what) =>
            Median(Samples.TakeLast(quarter).Select(what)) - Median(Samples.Skip(quarter).Take(quarter).Select(what));
    }

    public bool IsFlat => Growth() is var growth && growth.Resident <= ResidentLimit && growth.Managed <= ManagedLimit;

    public void Write(TextWriter output)
    {
        foreach ((string what, long count) in _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{count,10}  {what}");
        }

        output.WriteLine();
        output.WriteLine("   minutes  resident MiB   managed MiB");
        int step = Math.Max(1, Samples.Count / 20);
        for (int i = 0; i < Samples.Count; i += step)
        {
            WriteSample(output, Samples[i]);
        }

        (long resident, long managed) = Growth();
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"from the second to the last quarter: resident {resident / 1048576.0:+0.0;-0.0} MiB (limit {ResidentLimit >> 20}), managed "
            + $"{managed / 1048576.0:+0.0;-0.0} MiB (limit {ManagedLimit >> 20}): {(IsFlat ? "flat" : "NOT FLAT")}"));
        foreach (string error in _unexpected)
        {
            output.WriteLine("unexpected: " + error);
        }
    }

    private static void WriteSample(TextWriter output, MemorySample sample) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{sample.Time.TotalMinutes,10:F2}  {sample.Resident / 1048576.0,12:F1}  {sample.Managed / 1048576.0,12:F1}"));

    private static long Median(IEnumerable<long> values)
    {
        long[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
