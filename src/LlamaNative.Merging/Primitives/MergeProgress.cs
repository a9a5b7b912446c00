namespace LlamaNative.Merging;

/// <summary>Progress of a merge.</summary>
/// <param name="Tensor">The tensor being written.</param>
/// <param name="TensorIndex">Its index, counted from 0.</param>
/// <param name="TensorCount">Total number of tensors.</param>
/// <param name="Layer">Its output layer, counted from 0; null outside layers.</param>
/// <param name="WrittenBytes">Bytes of tensors written.</param>
/// <param name="TotalBytes">Total bytes of all tensors.</param>
/// <param name="Elapsed">Time since the start.</param>
public readonly record struct MergeProgress(
    string Tensor,
    int TensorIndex,
    int TensorCount,
    int? Layer,
    long WrittenBytes,
    long TotalBytes,
    TimeSpan Elapsed)
{
    /// <summary>The completed fraction, from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)WrittenBytes / TotalBytes;

    /// <summary>The estimated remaining time at the average speed; null before anything is written.</summary>
    public TimeSpan? Remaining => WrittenBytes == 0 ? null : Elapsed * ((double)(TotalBytes - WrittenBytes) / WrittenBytes);
}
