using static LlamaNative.Merging.Tests.MethodVectors;

namespace LlamaNative.Merging.Tests;

/// <summary>The Karcher mean: of directions on the sphere, with the mean of the lengths.</summary>
public class KarcherMeanTests
{
    [Fact]
    public void The_mean_of_two_directions_is_between_them_with_the_mean_length()
    {
        // (2, 0) and (0, 4): direction (1, 1)/√2, length 3.
        AssertClose([2.1213203, 2.1213203], Run(MergeMethod.Karcher, null, [[2, 0], [0, 4]], rowLength: 2));
    }

    [Fact]
    public void The_mean_of_angles_on_a_circle_is_their_mean()
    {
        // At 0, 30 and 90 degrees: 40 degrees, unlike the normalized sum's 39.0.
        float[] At(double degrees) => [(float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180)];
        AssertClose([0.7660444, 0.6427876], Run(MergeMethod.Karcher, null, [At(0), At(30), At(90)], rowLength: 2));
    }

    [Fact]
    public void Three_models_are_followed_to_the_fixed_point_or_for_max_iter_steps()
    {
        AssertClose([1.3650454, -1.7458987, 0.6429555, 2.6216636, 0.2610646, 0.9785609, -2.3708238, 2.7516771],
            Run(MergeMethod.Karcher, null, [A, B, C]));
        AssertClose([1.3650476, -1.7458425, 0.64293, 2.6216179, 0.261144, 0.9785444, -2.3708994, 2.7516943],
            Run(MergeMethod.Karcher, null, [A, B, C], new() { ["max_iter"] = 1 }));
    }

    [Fact]
    public void Equal_opposite_and_zero_tensors_give_numbers()
    {
        AssertClose([.. A], Run(MergeMethod.Karcher, null, [A, A, A]));
        Assert.Equal(A, Run(MergeMethod.Karcher, null, [A]));

        // Every point between opposite ones is a mean; as in mergekit, it is the first.
        AssertClose([.. A], Run(MergeMethod.Karcher, null, [A, Negative(A)]));
        Assert.Equal(new float[8], Run(MergeMethod.Karcher, null, [new float[8], new float[8]]));

        // A zero tensor has no direction, but counts for the mean length.
        AssertClose([.. A.Select(value => value / 2.0)], Run(MergeMethod.Karcher, null, [A, new float[8]]));
    }
}
