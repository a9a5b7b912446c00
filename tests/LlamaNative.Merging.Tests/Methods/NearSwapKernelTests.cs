using static LlamaNative.Merging.Tests.MethodVectors;

namespace LlamaNative.Merging.Tests;

/// <summary>NearSwap: min(1, t / |b − a|) of the way from the base a to b.</summary>
public class NearSwapKernelTests
{
    [Fact]
    public void Near_elements_are_swapped_and_others_move_by_t() =>
        // From (1, −2, 0.5, 3, 0, 1, −1, 2) to (2, −2.5, 1.5, 3.5, −1, 2, −1.5, 2) by at most 0.5.
        Assert.Equal([1.5f, -2.5f, 1, 3.5f, -0.5f, 1.5f, -1.5f, 2], Run(MergeMethod.NearSwap, Base, [B], new() { ["t"] = 0.5 }));

    [Fact]
    public void Equal_and_opposite_tensors_give_numbers()
    {
        Assert.Equal(Base, Run(MergeMethod.NearSwap, Base, [Base], new() { ["t"] = 1e-4 }));
        Assert.Equal(Negative(Base), Run(MergeMethod.NearSwap, Base, [Negative(Base)], new() { ["t"] = 10 }));
    }
}
