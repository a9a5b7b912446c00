using LlamaNative.Merging.Methods;
using LlamaNative.Merging.Recipe;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Tests;

/// <summary>
/// Runs a method on small tensors of two rows of four. The expected values of the method tests on <see cref="Base"/>, <see cref="A"/>,
/// <see cref="B"/> and <see cref="C"/> come from a Python script that writes the papers' and mergekit's formulas out over lists of
/// doubles, vector by vector, where the kernels work with dot products and counts.
/// </summary>
internal static class MethodVectors
{
    public static float[] Base { get; } = [1, -2, 0.5f, 3, 0, 1, -1, 2];

    public static float[] A { get; } = [1.5f, -1, 0.5f, 2, 1, 1, -3, 2.5f];

    public static float[] B { get; } = [2, -2.5f, 1.5f, 3.5f, -1, 2, -1.5f, 2];

    public static float[] C { get; } = [0.5f, -1.5f, 0, 2, 0.5f, 0, -2, 3];

    /// <summary>Runs a method, with the base first, for several block sizes and thread counts, which must not matter.</summary>
    public static float[] Run(MergeMethod method, float[]? origin, float[][] models,
        Dictionary<string, ParameterScalar>? parameters = null, double[]? weights = null, int rowLength = 4)
    {
        float[][] inputs = [.. origin is null ? [] : new[] { origin }, .. models];
        KernelSpec spec = new()
        {
            Tensor = "x",
            Shape = new TensorShape(rowLength, inputs[0].Length / rowLength),
            Method = MethodTraits.Of(method),
            Parameters = parameters ?? [],
            Inputs =
            [
                .. inputs.Select((_, i) => new InputSpec($"model {i}", i, origin is not null && i == 0,
                    weights is null || (origin is not null && i == 0)
                        ? new Dictionary<string, ParameterScalar>()
                        : new Dictionary<string, ParameterScalar> { ["weight"] = weights[origin is null ? i : i - 1] })),
            ],
        };
        float[] result = Arrays.Run(KernelFactory.Create(spec), spec.Shape, inputs);
        foreach ((int threads, int blockElements) in new[] { (1, 1), (3, 4) })
        {
            AssertClose([.. result], Arrays.Run(KernelFactory.Create(spec), spec.Shape, inputs, threads, blockElements));
        }

        return result;
    }

    /// <summary>The expected values have seven digits after the point. NaN is never close.</summary>
    public static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) < 1e-6, $"element {i} is {actual[i]}, not {expected[i]}");
        }
    }

    public static float[] Negative(float[] values) => [.. values.Select(value => -value)];

    /// <summary>2·origin − values: the model whose delta is the opposite.</summary>
    public static float[] Opposite(float[] origin, float[] values) => [.. values.Zip(origin, (value, at) => (2 * at) - value)];
}
