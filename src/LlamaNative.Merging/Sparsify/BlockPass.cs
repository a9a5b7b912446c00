namespace LlamaNative.Merging.Sparsify;

/// <summary>A block's part of a reading.</summary>
internal delegate T GatherBlock<TBlock, out T>(in TBlock block)
    where TBlock : allows ref struct;

/// <summary>One pass over all blocks of a tensor: of its rows, or of a model's changes to them (<see cref="DeltaBlock"/>).</summary>
internal abstract class BlockPass<TBlock>
    where TBlock : allows ref struct
{
    /// <summary>A block's part; runs on any thread.</summary>
    public abstract object Gather(in TBlock block);

    /// <summary>Takes a block's part in, in block order.</summary>
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
