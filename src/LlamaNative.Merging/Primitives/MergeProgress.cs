namespace LlamaNative.Merging;

/// <summary>How far a merge is.</summary>
/// <param name="Tensor">The tensor under way.</param>
/// <param name="TensorIndex">Its place, counted from 0.</param>
/// <param name="TensorCount">Tensors in all.</param>
/// <param name="Layer">Its output layer, counted from 0; null outside layers.</param>
/// <param name="WrittenBytes">Bytes of tensors written.</param>
/// <param name="TotalBytes">Bytes of all tensors.</param>
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
    /// <summary>The part written, from 0 to 1.</summary>
    public double Fraction => TotalBytes == 0 ? 1 : (double)WrittenBytes / TotalBytes;

    /// <summary>The time left at the speed so far; null before there is one.</summary>
    public TimeSpan? Remaining => WrittenBytes == 0 ? null : Elapsed * ((double)(TotalBytes - WrittenBytes) / WrittenBytes);
}
