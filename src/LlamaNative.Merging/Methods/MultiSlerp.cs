namespace LlamaNative.Merging.Methods;

/// <summary>
/// Multi-SLERP: the weighted mean of the models' directions, or of their deltas' from a base, with the weighted mean of their lengths.
/// mergekit then averages the directions' projections onto the tangent space at this mean. Their weighted sum is zero by construction
/// (Σ wᵢ·uᵢ is a multiple of the mean, and the projection removes exactly this multiple), so that the step changes nothing.
/// </summary>
internal static class MultiSlerp
{
    private const double DefaultEpsilon = 1e-8;

    // A length is the root of a sum of dot products, which are accurate to 1e-16.
    private const double SmallestNorm = 1e-7;

    public static CombinationKernel Create(KernelSpec spec)
    {
        double[] weights = [.. spec.Inputs.Where(input => !input.IsBase).Select(input => spec.Number(input, "weight", null))];
        double epsilon = spec.Number("eps", DefaultEpsilon, value => value is > 0 and < 1, "between 0 and 1");
        if (spec.Flag("normalize_weights", true))
        {
            weights = LinearKernel.Shares(weights, "normalize_weights");
        }

        return new CombinationKernel(spec.Inputs.Count, spec.Inputs[0].IsBase, byRow: false,
            dots => Coefficients(dots, weights, Math.Max(epsilon, SmallestNorm)));
    }

    /// <summary>Where the directions cancel out, the weights themselves are the coefficients: mergekit's fallback for two models.</summary>
    public static double[] Coefficients(GramMatrix dots, double[] weights, double smallest)
    {
        double norm = dots.OfUnits().Norm(weights);
        if (norm < smallest)
        {
            return weights;
        }

        double length = weights.Select((weight, i) => weight * dots.Norm(i)).Sum();
        return [.. weights.Select((weight, i) => dots.Norm(i) is > 0 and double own ? length * weight / (norm * own) : 0)];
    }
}
