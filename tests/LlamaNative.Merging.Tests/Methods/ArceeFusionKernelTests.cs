using static LlamaNative.Merging.Tests.MethodVectors;

namespace LlamaNative.Merging.Tests;

/// <summary>Arcee Fusion: the elements above median + 1.5·(Q3 − Q1) of the importance come from the other model.</summary>
public class ArceeFusionKernelTests
{
    [Fact]
    public void The_most_important_elements_are_replaced()
    {
        // Divergences of the rows 0.2270532 and 0.0252906; importances 0.1135, 0.2271, 0, 0.2271, 0.0032, 0, 0.0063 and 0.0126. Sorted, the
        // elements ⌊0.25·7⌋ = 1, ⌊0.5·7⌋ = 3 and ⌊0.75·7⌋ = 5 are 0, 0.0063226 and 0.1135266, so that the threshold is 0.1766125.
        float[] other = [1.5f, -1, 0.5f, 2, 0.125f, 1, -1.25f, 2.5f];
        Assert.Equal([1f, -1, 0.5f, 2, 0, 1, -1, 2], Run(MergeMethod.ArceeFusion, Base, [other]));
    }

    [Fact]
    public void Quantiles_are_exact_for_any_number_of_elements()
    {
        // Rows of two with the base (0, 0) and the model (x, x): equal softmax, divergence 0, all importances 0, threshold 0: all replaced.
        Assert.Equal([3f, 3, 5, 5], Run(MergeMethod.ArceeFusion, new float[4], [[3, 3, 5, 5]], rowLength: 2));
        Assert.Equal([7f], Run(MergeMethod.ArceeFusion, [0], [[7]], rowLength: 1));
    }

    [Fact]
    public void Equal_and_extreme_tensors_give_numbers()
    {
        Assert.Equal(Base, Run(MergeMethod.ArceeFusion, Base, [Base]));
        float[] opposite = Run(MergeMethod.ArceeFusion, Base, [Negative(Base)]);
        Assert.All(opposite.Zip(Base), pair => Assert.True(pair.First == pair.Second || pair.First == -pair.Second));

        // exp(1000) overflows without subtracting the maximum.
        Assert.All(Run(MergeMethod.ArceeFusion, [1000, -1000, 0, 0], [[-1000, 1000, 0, 0]]), value => Assert.True(float.IsFinite(value)));
    }
}
