namespace LlamaNative.Merging;

/// <summary>How far a merge is.</summary>
/// <param name="Tensor">The tensor under way.</param>
/// <param name="TensorNumber">Its number, counted from 1.</param>
/// <param name="TensorCount">Tensors in all.</param>
/// <param name="Layer">Its output layer, counted from 0; null outside layers.</param>
/// <param name="BytesWritten">Bytes of tensors written.</param>
/// <param name="BytesTotal">Bytes of all tensors.</param>
/// <param name="Elapsed">Time since the start.</param>
public readonly record struct MergeProgress(
    string Tensor,
    int TensorNumber,
    int TensorCount,
    int? Layer,
    long BytesWritten,
    long BytesTotal,
    TimeSpan Elapsed)
{
    /// <summary>The part written, from 0 to 1.</summary>
    public double Fraction => BytesTotal == 0 ? 1 : (double)BytesWritten / BytesTotal;

    /// <summary>The time left at the speed so far; null before there is one.</summary>
    public TimeSpan? Remaining => BytesWritten == 0 ? null : Elapsed * ((double)(BytesTotal - BytesWritten) / BytesWritten);
}
