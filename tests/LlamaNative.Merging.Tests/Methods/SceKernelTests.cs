using static LlamaNative.Merging.Tests.MethodVectors;

namespace LlamaNative.Merging.Tests;

/// <summary>SCE: select by variance, calculate weights from squares, erase minority signs.</summary>
public class SceKernelTests
{
    [Fact]
    public void Weights_follow_from_the_squares_and_minorities_are_erased()
    {
        // Deltas (3, 1) and (1, −2): squares 10 and 5, weights 2/3 and 1/3. First element: (2/3·3 + 1/3·1) / 1 = 7/3. The sum of the
        // second is negative, so that only −2 remains.
        AssertClose([2.3333333, -2], Run(MergeMethod.Sce, [0, 0], [[3, 1], [1, -2]], rowLength: 2));

        // Weights 0.4347826, 0.2753623 and 0.2898551.
        AssertClose([1.6938776, -1.2, 1.5, 2, 0.8, 2, -2.2971014, 2.7], Run(MergeMethod.Sce, Base, [A, B, C]));
    }

    [Fact]
    public void Only_the_elements_that_vary_most_are_selected()
    {
        // int(0.4·8) = 3 elements: 4, 5 and 3, with the variances 0.7222, 0.6667 and 0.5. Weights 0.3076923, 0.3461538 and 0.3461538.
        AssertClose([1, -2, 0.5, 2, 0.7352941, 2, -1, 2], Run(MergeMethod.Sce, Base, [A, B, C], new() { ["select_topk"] = 0.4 }));
    }

    [Fact]
    public void Elements_on_which_all_agree_do_not_count_for_the_selection()
    {
        // Only the first two elements vary, so that a half of them is one.
        float[] merged = Run(MergeMethod.Sce, [0, 0, 0, 0], [[4, 1, 5, 7], [2, 0, 5, 7]], new() { ["select_topk"] = 0.5 });

        // Weights 16/20 and 4/20: 0.8·4 + 0.2·2.
        AssertClose([3.6, 0, 0, 0], merged);
    }

    [Fact]
    public void Equal_opposite_and_zero_deltas_give_numbers()
    {
        Assert.Equal(A, Run(MergeMethod.Sce, Base, [A]));
        AssertClose([.. A], Run(MergeMethod.Sce, Base, [A, A, A]));
        Assert.Equal(Base, Run(MergeMethod.Sce, Base, [A, A, A], new() { ["select_topk"] = 0.9 }));
        Assert.Equal(Base, Run(MergeMethod.Sce, Base, [Base, Base]));
        Assert.Equal(Base, Run(MergeMethod.Sce, Base, [A, B], new() { ["select_topk"] = 0 }));

        // The sum of opposite deltas is zero, which counts as positive.
        Assert.Equal([2f, 1, 0, 0], Run(MergeMethod.Sce, [0, 0, 0, 0], [[2, -1, 0, 0], [-2, 1, 0, 0]]));
    }
}
