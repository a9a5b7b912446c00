using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Methods;

/// <summary>
/// The arithmetic of one output tensor: first passes over all rows that gather statistics, then each block by itself.
/// Blocks are gathered and computed on several threads and added up in their order, so results do not depend on threads.
/// </summary>
internal abstract class TensorKernel
{
    /// <summary>The passes, one after the other: what follows a <c>yield return</c> runs when that pass is complete.</summary>
    public virtual IEnumerable<BlockPass<RowBlock>> Passes() => [];

    /// <summary>Whether an input is read at all; one with weight 0 is not.</summary>
    public virtual bool Reads(int input) => true;

    /// <summary>The output of a block: as many numbers as it has elements.</summary>
    public abstract void Compute(in RowBlock block, Span<float> output);
}
