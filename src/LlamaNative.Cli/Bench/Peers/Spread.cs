namespace LlamaNative.Cli.Bench;

/// <summary>The median and quartiles of values, which are robust against a single disturbed round.</summary>
internal readonly record struct Spread(double Lower, double Median, double Upper)
{
    /// <summary>Quantiles are interpolated between neighbours (Hyndman and Fan's type 7, the default of R and NumPy).</summary>
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(Quantile(sorted, 0.25), Quantile(sorted, 0.5), Quantile(sorted, 0.75));
    }

    private static double Quantile(double[] sorted, double share)
    {
        double place = (sorted.Length - 1) * share;
        int below = (int)place;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
