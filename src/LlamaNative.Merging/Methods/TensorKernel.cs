using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Methods;

/// <summary>
/// The computation of one output tensor: passes over all rows that gather statistics, then each block separately. Blocks are
/// processed on several threads and accumulated in order, so results do not depend on the number of threads.
/// </summary>
internal abstract class TensorKernel
{
    /// <summary>The passes, in order: code after a <c>yield return</c> runs when that pass is complete.</summary>
    public virtual IEnumerable<BlockPass<RowBlock>> Passes() => [];

    /// <summary>Whether an input is read; inputs with weight 0 are not.</summary>
    public virtual bool Reads(int input) => true;

    /// <summary>Computes the output elements of a block.</summary>
    public abstract void Compute(in RowBlock block, Span<float> output);
}
