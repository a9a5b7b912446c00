namespace LlamaNative.Benchmarks.Soaking;

/// <summary>The duration and intensity of a soak.</summary>
internal sealed record SoakOptions
{
    /// <summary>The model file.</summary>
    public required string Model { get; init; }

    /// <summary>Ends after the epoch in which this time has passed; null if <see cref="Epochs"/> ends it.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Ends after this many epochs; null if <see cref="Duration"/> ends it.</summary>
    public int? Epochs { get; init; }

    /// <summary>The number of concurrent users.</summary>
    public int Users { get; init; } = 3;

    /// <summary>The number of actions of each user per epoch.</summary>
    public int ActionsPerEpoch { get; init; } = 12;

    /// <summary>The random seed.</summary>
    public int Seed { get; init; } = 1;
}
