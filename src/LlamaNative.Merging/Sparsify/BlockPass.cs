namespace LlamaNative.Merging.Sparsify;

/// <summary>Computes a block's contribution to a pass.</summary>
internal delegate T GatherBlock<TBlock, out T>(in TBlock block)
    where TBlock : allows ref struct;

/// <summary>One pass over all blocks of a tensor: its rows, or a model's deltas (<see cref="DeltaBlock"/>).</summary>
internal abstract class BlockPass<TBlock>
    where TBlock : allows ref struct
{
    /// <summary>Computes a block's contribution; called on any thread.</summary>
    public abstract object Gather(in TBlock block);

    /// <summary>Accumulates a block's contribution; called in block order.</summary>
    public abstract void Add(object part);

    public static BlockPass<TBlock> Of<T>(GatherBlock<TBlock, T> gather, Action<T> add)
        where T : notnull => new Typed<T>(gather, add);

    private sealed class Typed<T>(GatherBlock<TBlock, T> gather, Action<T> add) : BlockPass<TBlock>
        where T : notnull
    {
        public override object Gather(in TBlock block) => gather(block);

        public override void Add(object part) => add((T)part);
    }
}
