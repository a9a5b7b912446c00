using static LlamaNative.Merging.Tests.MethodVectors;

namespace LlamaNative.Merging.Tests;

/// <summary>Multi-SLERP, compared with mergekit's formula including its step in the tangent space.</summary>
public class MultiSlerpTests
{
    [Fact]
    public void Two_directions_of_equal_weight_meet_in_the_middle()
    {
        // (2, 0) and (0, 4): direction (1, 1)/√2, length 3.
        AssertClose([2.1213203, 2.1213203], Run(MergeMethod.MultiSlerp, null, [[2, 0], [0, 4]], weights: [1, 1], rowLength: 2));
    }

    [Fact]
    public void Three_models_are_weighted()
    {
        AssertClose([1.1697301, -1.8337565, 0.5379681, 2.6148287, 0.1838313, 0.7773158, -2.1976627, 2.8616891],
            Run(MergeMethod.MultiSlerp, null, [A, B, C], weights: [1, 2, 3]));
    }

    [Fact]
    public void With_a_base_the_deltas_are_averaged()
    {
        AssertClose([1.9340579, -1.8615651, 1.2395234, 2.6233099, -0.3504543, 1.5012682, -2.7435377, 2.6710449],
            Run(MergeMethod.MultiSlerp, Base, [A, B, C], weights: [1, 2, 1]));
    }

    [Fact]
    public void Weights_are_used_as_they_are_when_asked_for()
    {
        AssertClose([2.8077587, -2.1539272, 2.0077779, 3.1539272, -0.9078161, 2.5077779, -2.9538124, 2.2999809],
            Run(MergeMethod.MultiSlerp, Base, [A, B], new() { ["normalize_weights"] = 0 }, [0.5, 1]));
        var error = Assert.Throws<MergeException>(() => Run(MergeMethod.MultiSlerp, Base, [A, B], weights: [1, -1]));
        Assert.Contains("set normalize_weights to false", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_opposite_and_zero_deltas_give_numbers()
    {
        Assert.Equal(A, Run(MergeMethod.MultiSlerp, Base, [A, B], weights: [1, 0]));
        AssertClose([.. A], Run(MergeMethod.MultiSlerp, Base, [A, A, A], weights: [1, 2, 1]));
        Assert.Equal(Base, Run(MergeMethod.MultiSlerp, Base, [Base, Base], weights: [1, 1]));
        Assert.Equal(new float[8], Run(MergeMethod.MultiSlerp, null, [new float[8], new float[8]], weights: [1, 1]));

        // Balanced opposite directions are added linearly: ½·d − ½·d = 0, and ½·d − ½·2d = −½·d.
        AssertClose([.. Base], Run(MergeMethod.MultiSlerp, Base, [A, Opposite(Base, A)], weights: [1, 1]));
        AssertClose([-0.5, -1], Run(MergeMethod.MultiSlerp, null, [[1, 2], [-2, -4]], weights: [1, 1], rowLength: 2));
    }
}
