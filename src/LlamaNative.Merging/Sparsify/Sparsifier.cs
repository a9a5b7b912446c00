namespace LlamaNative.Merging.Sparsify;

/// <summary>How what is kept is scaled to make up for what is dropped.</summary>
internal enum Rescale
{
    None,

    /// <summary>By the ratio of the L1 norms (mergekit today).</summary>
    L1,

    /// <summary>By 1 over the probability of being kept (the papers, mergekit before).</summary>
    InverseDensity,
}

/// <summary>A model's changes in some whole rows of a tensor.</summary>
internal readonly ref struct DeltaBlock(int index, long firstElement, int rowLength, ReadOnlySpan<float> deltas)
{
    public int Index { get; } = index;

    public long FirstElement { get; } = firstElement;

    public int RowLength { get; } = rowLength;

    public ReadOnlySpan<float> Deltas { get; } = deltas;

    /// <summary>Orders numbers by size: larger size, larger key.</summary>
    public static uint KeyOf(float delta) => BitConverter.SingleToUInt32Bits(delta) & 0x7FFF_FFFF;
}

/// <summary>Chooses which of a model's changes to a tensor are kept.</summary>
internal abstract class Sparsifier
{
    /// <summary>Whether it drops nothing.</summary>
    public virtual bool KeepsAll => false;

    /// <summary>Readings of all changes that it needs before it can choose.</summary>
    public virtual IEnumerable<BlockPass<DeltaBlock>> Passes() => [];

    /// <summary>Writes the factor each change is kept with; 0 drops it.</summary>
    public abstract void Keep(in DeltaBlock block, Span<float> factors);

    /// <summary>The scale of the whole tensor that needs no statistics.</summary>
    public virtual double ScaleFor(Rescale rescale) => 1;
}

/// <summary>Keeps everything: density 1.</summary>
internal sealed class KeepAll : Sparsifier
{
    public override bool KeepsAll => true;

    public override void Keep(in DeltaBlock block, Span<float> factors) => factors.Fill(1);
}
