namespace LlamaNative.Cli.Bench;

/// <summary>The times of a test, one per repetition, with llama-bench's statistics.</summary>
internal sealed record BenchResult(BenchTest Test, IReadOnlyList<TimeSpan> Samples, DateTimeOffset Time)
{
    public double[] Nanoseconds => [.. Samples.Select(sample => sample.TotalNanoseconds)];

    public double[] TokensPerSecond => [.. Samples.Select(sample => (Test.PromptTokens + Test.GeneratedTokens) / sample.TotalSeconds)];

    /// <summary>The sample standard deviation (n - 1).</summary>
    public static double StandardDeviation(double[] values)
    {
        if (values.Length < 2)
        {
            return 0;
        }

        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
