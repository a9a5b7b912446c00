using LlamaNative.Merging.Methods;
using LlamaNative.Merging.Sparsify;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Tests;

/// <summary>Selection by counting, compared with a plain sort on data with many equal values.</summary>
public class TopBoundaryTests
{
    [Theory]
    [InlineData(1, 1000)]
    [InlineData(2, 3)]
    [InlineData(3, 1_000_000)]
    public void Largest_and_outliers_equal_a_stable_sort(int seed, int distinct)
    {
        var random = new Random(seed);
        var shape = new TensorShape(37, 53);
        int n = (int)shape.ElementCount;
        var zero = new float[n];
        float[] values = [.. Enumerable.Range(0, n).Select(_ => random.Next(-distinct, distinct + 1) / 7f)];
        foreach ((double density, double gamma) in new[] { (0.001, 0.0), (0.33, 0.0), (0.5, 0.1), (0.6, 0.01), (0.9, 0.3), (0.999, 0.5) })
        {
            int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => Math.Abs(values[i])).ThenBy(i => i)];
            int target = (int)(density * n);
            int top = (int)(gamma * n);
            int bottom = n - target - top;
            (top, bottom) = bottom < 0 ? (top + bottom, 0) : (top, bottom);
            AssertKept(SizeSparsifier.Largest(density, n), order.Take(target));
            AssertKept(SizeSparsifier.WithoutOutliers(density, gamma, n), order.Skip(top).SkipLast(bottom));
        }

        void AssertKept(Sparsifier sparsifier, IEnumerable<int> expected)
        {
            var kernel = new TaskVectorKernel([new TaskVector(1, sparsifier, Rescale.None)], Consensus.None, normalize: false, lambda: 1);
            float[] actual = Arrays.Run(kernel, shape, [zero, values], threads: 3, blockElements: 100);
            var kept = expected.ToHashSet();
            Assert.Equal(Enumerable.Range(0, n).Select(i => kept.Contains(i) ? values[i] : 0), actual);
        }
    }
}
