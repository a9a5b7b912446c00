namespace LlamaNative.Merging.Methods;

/// <summary>Σ cᵢ·xᵢ.</summary>
internal sealed class LinearKernel(double[] coefficients) : TensorKernel
{
    public override bool Reads(int input) => coefficients[input] != 0;

    public override void Compute(in RowBlock block, Span<float> output) => VectorMath.Combine(coefficients, block, output);

    /// <summary>Creates the kernel; <paramref name="normalize"/> divides the weights by their sum.</summary>
    /// <exception cref="MergeException">The weights to normalize sum to 0.</exception>
    public static LinearKernel Create(ReadOnlySpan<double> weights, bool normalize)
    {
        double sum = 0;
        foreach (double weight in weights)
        {
            sum += weight;
        }

        if (!normalize)
        {
            return new LinearKernel(weights.ToArray());
        }

        if (sum == 0)
        {
            throw new MergeException(
                $"the weights {string.Join(", ", weights.ToArray())} sum to 0 and cannot be normalized; "
                + "change them or set normalize to false");
        }

        var shares = new double[weights.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = weights[i] / sum;
        }

        return new LinearKernel(shares);
    }
}
