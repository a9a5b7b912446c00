namespace LlamaNative.Merging.Sparsify;

/// <summary>How kept deltas are scaled to compensate for dropped ones.</summary>
internal enum Rescale
{
    None,

    /// <summary>By the ratio of L1 norms (current mergekit).</summary>
    L1,

    /// <summary>By the inverse of the keep probability (the papers, earlier mergekit).</summary>
    InverseDensity,
}

/// <summary>A model's deltas for some whole rows of a tensor.</summary>
internal readonly ref struct DeltaBlock(int index, long firstElement, int rowLength, ReadOnlySpan<float> deltas)
{
    public int Index { get; } = index;

    public long FirstElement { get; } = firstElement;

    public int RowLength { get; } = rowLength;

    public ReadOnlySpan<float> Deltas { get; } = deltas;

    /// <summary>A sort key by size: the larger the absolute value, the larger the key.</summary>
    public static uint KeyOf(float delta) => BitConverter.SingleToUInt32Bits(delta) & 0x7FFF_FFFF;
}

/// <summary>Chooses which of a model's deltas for a tensor are kept.</summary>
internal abstract class Sparsifier
{
    /// <summary>Whether all deltas are kept.</summary>
    public virtual bool KeepsAll => false;

    /// <summary>The passes over all deltas that are needed before choosing.</summary>
    public virtual IEnumerable<BlockPass<DeltaBlock>> Passes() => [];

    /// <summary>Writes the factor of each delta; 0 drops it.</summary>
    public abstract void Keep(in DeltaBlock block, Span<float> factors);

    /// <summary>The scale of the whole tensor, if it needs no statistics.</summary>
    public virtual double ScaleFor(Rescale rescale) => 1;
}

/// <summary>Keeps all deltas (density 1).</summary>
internal sealed class KeepAll : Sparsifier
{
    public override bool KeepsAll => true;

    public override void Keep(in DeltaBlock block, Span<float> factors) => factors.Fill(1);
}
