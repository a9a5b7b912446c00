using LlamaNative.Benchmarks.Soaking;

namespace LlamaNative.Tests.Generation;

/// <summary>A short run of the soak (tests/LlamaNative.Benchmarks/Soak): only documented errors occur.</summary>
[Collection(nameof(Alone))]
public sealed class SoakTests
{
    [Fact]
    public async Task Users_at_once_meet_no_unexpected_error()
    {
        using var tiny = new TinyModel();
        var options = new SoakOptions { Model = tiny.Path, Epochs = 3, ActionsPerEpoch = 10, Seed = 7 };
        SoakReport report = await new SoakRun(options).RunAsync();
        Assert.Empty(report.Unexpected);
        Assert.Equal(3, report.Samples.Count);
        Assert.True(report.CountOf("  turns") > 0 && report.CountOf("  cancelled") > 0 && report.CountOf("  stopped by disposal") > 0,
            "the seed draws too little");
    }

    // Hand-made samples of a leak: 100 MiB more in each, so that the quarters differ by 600.
    [Fact]
    public void Growth_is_seen()
    {
        var report = new SoakReport();
        report.Samples.AddRange(Enumerable.Range(0, 12).Select(i => new MemorySample(TimeSpan.FromMinutes(i), (long)i * 100 << 20, 0)));
        Assert.Equal((600L << 20, 0L), report.Growth());
        Assert.False(report.IsFlat);
    }
}
