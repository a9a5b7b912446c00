namespace LlamaNative.Planning;

/// <summary>Limits for the search of <see cref="MemoryPlan.Fit"/>.</summary>
public sealed record MemoryFitOptions
{
    /// <summary>Smallest acceptable context in tokens when the size is not fixed; capped at the trained length.</summary>
    public int MinContextSize { get; init; } = 4096;

    /// <summary>Largest wanted context in tokens when the size is not fixed; null means the trained length.</summary>
    public int? MaxContextSize { get; init; }

    /// <summary>Bytes to leave free in each memory; null means 1/16 of the free bytes, at most 1 GiB.</summary>
    public long? ReserveBytes { get; init; }

    /// <summary>Maximum bytes to use in each memory, regardless of free space; null means no limit.</summary>
    public long? BudgetBytes { get; init; }

    internal void Validate()
    {
        OptionCheck.AtLeast(MinContextSize, 1);
        OptionCheck.AtLeast(MaxContextSize, 1);
        OptionCheck.AtLeast(ReserveBytes, 0);
        OptionCheck.AtLeast(BudgetBytes, 0);
    }

    internal long RoomOf(DeviceMemory device) => Math.Min(device.FreeBytes - ReserveOf(device), BudgetBytes ?? long.MaxValue);

    internal long ReserveOf(DeviceMemory device) => ReserveBytes ?? Math.Min(device.FreeBytes / 16, 1L << 30);
}
