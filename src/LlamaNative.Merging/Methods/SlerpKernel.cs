using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Methods;

/// <summary>
/// Spherical interpolation of two tensors, each flattened to one vector. The angle is that of the normalized vectors; the
/// coefficients apply to the original tensors.
/// </summary>
internal sealed class SlerpKernel(double t) : TensorKernel
{
    /// <summary>Vectors whose cosine similarity is at least this are interpolated linearly.</summary>
    public const double ParallelDot = 0.9995;

    /// <summary>Vectors with at most this length are not normalized.</summary>
    public const double ZeroNorm = 1e-8;

    private readonly double[] _coefficients = new double[2];

    public override IEnumerable<BlockPass<RowBlock>> Passes()
    {
        DotProducts sums = default;
        yield return BlockPass<RowBlock>.Of(
            static (in RowBlock block) => VectorMath.Dot(block.Input(0), block.Input(1)),
            part => sums += part);
        (_coefficients[0], _coefficients[1]) = Coefficients(sums, t);
    }

    public override void Compute(in RowBlock block, Span<float> output) => VectorMath.Combine(_coefficients, block, output);

    public static (double A, double B) Coefficients(DotProducts sums, double t)
    {
        double normA = Math.Sqrt(sums.AA);
        double normB = Math.Sqrt(sums.BB);
        double dot = sums.AB / ((normA > ZeroNorm ? normA : 1) * (normB > ZeroNorm ? normB : 1));
        if (Math.Abs(dot) > ParallelDot)
        {
            return (1 - t, t);
        }

        double theta = Math.Acos(dot);
        double sin = Math.Sin(theta);
        return (Math.Sin((1 - t) * theta) / sin, Math.Sin(t * theta) / sin);
    }
}
