namespace LlamaNative.Planning;

/// <summary>The limits within which <see cref="MemoryPlan.Fit"/> chooses.</summary>
public sealed record MemoryFitOptions
{
    /// <summary>The least context worth having, when its size is free to choose; the trained length where that is less.</summary>
    public int MinContextSize { get; init; } = 4096;

    /// <summary>The most context wanted, when its size is free to choose; null is the trained length.</summary>
    public int? MaxContextSize { get; init; }

    /// <summary>Bytes of each memory to leave free; null is a sixteenth of it, at most 1 GiB.</summary>
    public long? ReserveBytes { get; init; }

    /// <summary>The most bytes to take of each memory, however much is free; null is no limit.</summary>
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
