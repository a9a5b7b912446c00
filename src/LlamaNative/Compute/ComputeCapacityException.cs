namespace LlamaNative.Compute;

/// <summary>
/// An arena or graph is full. Its capacity is fixed when it is created, because ggml's memory for tensor descriptions does not grow.
/// </summary>
public sealed class ComputeCapacityException : LlamaException
{
    internal ComputeCapacityException(string what, int capacity, long needed)
        : base($"{what} has a capacity of {capacity} tensors, but {needed} are needed. Create it with a larger capacity.")
    {
        Capacity = capacity;
        Needed = needed;
    }

    /// <summary>The maximum number of tensors.</summary>
    public int Capacity { get; }

    /// <summary>The number of tensors needed.</summary>
    public long Needed { get; }
}
