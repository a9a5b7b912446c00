namespace LlamaNative.Merging.Methods;

/// <summary>
/// The arithmetic of one output tensor: first passes over all rows that gather statistics, then each block by itself.
/// Blocks are gathered and computed on several threads and added up in their order, so results do not depend on threads.
/// </summary>
internal abstract class TensorKernel
{
    /// <summary>The passes, one after the other: what follows a <c>yield return</c> runs when that pass is complete.</summary>
    public virtual IEnumerable<StatisticsPass> Passes() => [];

    /// <summary>Whether an input is read at all; one with weight 0 is not.</summary>
    public virtual bool Reads(int input) => true;

    /// <summary>The output of a block: as many numbers as it has elements.</summary>
    public abstract void Compute(in RowBlock block, Span<float> output);
}

/// <summary>Statistics of a block.</summary>
internal delegate T GatherBlock<out T>(in RowBlock block);

/// <summary>One reading of all rows.</summary>
internal abstract class StatisticsPass
{
    /// <summary>A block's part; runs on any thread.</summary>
    public abstract object Gather(in RowBlock block);

    /// <summary>Takes a block's part in, in block order.</summary>
    public abstract void Add(object part);

    public static StatisticsPass Of<T>(GatherBlock<T> gather, Action<T> add)
        where T : notnull => new Typed<T>(gather, add);

    private sealed class Typed<T>(GatherBlock<T> gather, Action<T> add) : StatisticsPass
        where T : notnull
    {
        public override object Gather(in RowBlock block) => gather(block);

        public override void Add(object part) => add((T)part);
    }
}
