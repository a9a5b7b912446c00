namespace LlamaNative.Benchmarks.Soaking;

/// <summary>How long and how hard to use the library.</summary>
internal sealed record SoakOptions
{
    /// <summary>The model file.</summary>
    public required string Model { get; init; }

    /// <summary>Ends after the epoch in which so much time has passed; null when <see cref="Epochs"/> ends it.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Ends after so many epochs; null when <see cref="Duration"/> ends it.</summary>
    public int? Epochs { get; init; }

    /// <summary>Users at once.</summary>
    public int Users { get; init; } = 3;

    /// <summary>What each of them does in an epoch.</summary>
    public int ActionsPerEpoch { get; init; } = 12;

    /// <summary>Where every random choice begins.</summary>
    public int Seed { get; init; } = 1;
}
