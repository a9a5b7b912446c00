namespace LlamaNative.Merging.Methods;

/// <summary>Σ cᵢ·xᵢ.</summary>
internal sealed class LinearKernel(double[] coefficients) : TensorKernel
{
    public override bool Reads(int input) => coefficients[input] != 0;

    public override void Compute(in RowBlock block, Span<float> output) => VectorMath.Combine(coefficients, block, output);

    /// <summary>Creates the kernel; <paramref name="normalize"/> divides the weights by their sum.</summary>
    /// <exception cref="MergeException">The weights to normalize sum to 0.</exception>
    public static LinearKernel Create(double[] weights, bool normalize) =>
        new(normalize ? Shares(weights, "normalize") : weights);

    /// <summary>The weights divided by their sum.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="parameter">The parameter that asks for the division, for the error.</param>
    /// <exception cref="MergeException">The weights sum to 0.</exception>
    public static double[] Shares(double[] weights, string parameter)
    {
        double sum = weights.Sum();
        return sum != 0
            ? [.. weights.Select(weight => weight / sum)]
            : throw new MergeException(
                $"the weights {string.Join(", ", weights)} sum to 0 and cannot be normalized; change them or set {parameter} to false");
    }
}
