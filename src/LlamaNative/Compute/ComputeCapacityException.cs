namespace LlamaNative.Compute;

/// <summary>An arena or a graph is full. ggml's memory for descriptions is fixed when they are made, and does not grow.</summary>
public sealed class ComputeCapacityException : LlamaException
{
    internal ComputeCapacityException(string what, int capacity, long needed)
        : base($"{what} has room for {capacity} tensors, and {needed} are needed; make it larger.")
    {
        Capacity = capacity;
        Needed = needed;
    }

    /// <summary>The tensors there is room for.</summary>
    public int Capacity { get; }

    /// <summary>The tensors that would have had to fit.</summary>
    public long Needed { get; }
}
