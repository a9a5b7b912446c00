using static LlamaNative.Merging.Tests.MethodVectors;

namespace LlamaNative.Merging.Tests;

/// <summary>Model Stock: t·mean + (1 − t)·base with t = N·cos θ / (1 + (N − 1)·cos θ).</summary>
public class ModelStockTests
{
    [Fact]
    public void Two_orthogonal_and_two_equal_deltas_follow_the_formula()
    {
        // cos θ = 0 gives t = 0: the base. cos θ = 1 gives t = 2 / 2 = 1: the mean, which is the model.
        Assert.Equal([0f, 0, 0, 0], Run(MergeMethod.ModelStock, [0, 0, 0, 0], [[1, 0, 0, 0], [0, 1, 0, 0]]));
        Assert.Equal(A, Run(MergeMethod.ModelStock, Base, [A, A]));

        // (2, 0) and (1, 1): cos θ = 1/√2, t = √2 / (1 + 1/√2) = 0.828427, and the mean is (1.5, 0.5).
        AssertClose([1.2426407, 0.4142136], Run(MergeMethod.ModelStock, [0, 0], [[2, 0], [1, 1]], rowLength: 2));
    }

    [Fact]
    public void Three_models_use_the_mean_of_the_pairwise_cosines()
    {
        // t = 0.0445967.
        AssertClose([1.0148656, -1.9851344, 0.5074328, 2.9777017, 0.0074328, 1, -1.0520295, 2.0222983],
            Run(MergeMethod.ModelStock, Base, [A, B, C]));
    }

    [Fact]
    public void Filter_wise_takes_the_angle_of_each_row()
    {
        // t = −0.5785944 in the first row and 0.2880243 in the second.
        AssertClose([0.8071352, -2.1928648, 0.4035676, 3.2892972, 0.0480041, 1, -1.3360284, 2.1440122],
            Run(MergeMethod.ModelStock, Base, [A, B, C], new() { ["filter_wise"] = 1 }));
    }

    [Fact]
    public void Where_the_deltas_cancel_out_or_are_zero_the_base_stays()
    {
        // cos θ = −1 makes the divisor 1 + cos θ zero; a zero delta has no angle.
        Assert.Equal(Base, Run(MergeMethod.ModelStock, Base, [A, Opposite(Base, A)]));
        Assert.Equal(Base, Run(MergeMethod.ModelStock, Base, [Base, Base]));
        Assert.Equal(Base, Run(MergeMethod.ModelStock, Base, [Base, A]));
        Assert.Equal(Base, Run(MergeMethod.ModelStock, Base, [A, Opposite(Base, A)], new() { ["filter_wise"] = 1 }));
    }
}
