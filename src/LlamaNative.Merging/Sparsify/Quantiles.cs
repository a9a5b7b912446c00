namespace LlamaNative.Merging.Sparsify;

/// <summary>
/// Quantiles of the sizes of a tensor's elements: element ⌊q·(n − 1)⌋ in ascending order, found by counting in two passes, without sorting.
/// </summary>
internal sealed class Quantiles(long elements, params double[] shares)
{
    private readonly TopBoundary[] _boundaries =
        [.. shares.Select(share => new TopBoundary(elements - (long)(share * (elements - 1)), elements))];

    public float this[int index] => BitConverter.UInt32BitsToSingle(_boundaries[index].Key);

    public IEnumerable<BlockPass<DeltaBlock>> Passes() => SizeCounting.Passes(_boundaries);
}
