namespace LlamaNative.Merging.Methods;

/// <summary>
/// Model Stock (Jang et al. 2024, arXiv 2403.19522, equation 5): w = t·mean + (1 − t)·base with t = N·cos θ / (1 + (N − 1)·cos θ). Like
/// mergekit, θ stands for more than two models for the mean of the pairwise cosines.
/// </summary>
internal static class ModelStock
{
    // 1 + (N − 1)·cos θ is |Σ unit deltas|² / N. Where the directions cancel out, t has a pole, and the mean says nothing.
    private const double SmallestSum = 1e-6;

    public static CombinationKernel Create(KernelSpec spec)
    {
        int models = spec.Inputs.Count - 1;
        return models >= 2
            ? new CombinationKernel(spec.Inputs.Count, hasBase: true, spec.Flag("filter_wise", false), Coefficients)
            : throw new MergeException($"model_stock needs at least two models besides the base, not {models}");
    }

    public static double[] Coefficients(GramMatrix dots)
    {
        int count = dots.Count;
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            for (int j = i + 1; j < count; j++)
            {
                sum += dots.Cosine(i, j);
            }
        }

        double cos = sum / (count * (count - 1) / 2);
        double divisor = 1 + ((count - 1) * cos);
        double t = divisor > SmallestSum ? count * cos / divisor : 0;
        return [.. Enumerable.Repeat(t / count, count)];
    }
}
