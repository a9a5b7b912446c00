namespace LlamaNative.Merging.Methods;

/// <summary>
/// The Karcher mean of the models' directions: the point on the sphere with the smallest sum of squared angles, found by following the
/// mean of the logarithms (Karcher 1977; mergekit's karcher). Its length is the mean of the lengths.
/// </summary>
internal static class KarcherMean
{
    private const double DefaultIterations = 10;
    private const double DefaultTolerance = 1e-5;

    public static CombinationKernel Create(KernelSpec spec)
    {
        int iterations = (int)spec.Number("max_iter", DefaultIterations, value => value is >= 1 and <= 1000 && value == Math.Floor(value),
            "an integer from 1 to 1000");
        double tolerance = spec.Number("tol", DefaultTolerance, value => value is > 0 and < 1, "between 0 and 1");
        return new CombinationKernel(spec.Inputs.Count, hasBase: false, byRow: false, dots => Coefficients(dots, iterations, tolerance));
    }

    public static double[] Coefficients(GramMatrix dots, int iterations, double tolerance)
    {
        int count = dots.Count;
        int[] valid = [.. Enumerable.Range(0, count).Where(i => dots.Norm(i) > tolerance)];
        if (valid.Length == 0)
        {
            return new double[count];
        }

        GramMatrix units = dots.OfUnits();
        double[] mean = Start(units, valid, tolerance);
        double share = 1.0 / valid.Length;
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            double[] tangent = Tangent(units, valid, mean, share, tolerance);
            double angle = units.Norm(tangent);
            if (angle < tolerance)
            {
                break;
            }

            mean = [.. mean.Zip(tangent, (m, v) => (Math.Cos(angle) * m) + (Math.Sin(angle) / angle * v))];
            Scale(mean, 1 / units.Norm(mean));
        }

        double length = Enumerable.Range(0, count).Sum(dots.Norm) / count;
        return [.. mean.Select((m, i) => m == 0 ? 0 : length * m / dots.Norm(i))];
    }

    private static double[] Start(GramMatrix units, int[] valid, double tolerance)
    {
        var mean = new double[units.Count];
        Array.ForEach(valid, i => mean[i] = 1.0 / valid.Length);
        double length = units.Norm(mean);
        if (length >= tolerance)
        {
            Scale(mean, 1 / length);
            return mean;
        }

        Array.Clear(mean);
        mean[valid[0]] = 1;
        return mean;
    }

    private static double[] Tangent(GramMatrix units, int[] valid, double[] mean, double share, double tolerance)
    {
        var tangent = new double[units.Count];
        foreach (int i in valid)
        {
            double dot = Math.Clamp(units.Dot(mean, i), -1, 1);
            double angle = Math.Acos(dot);

            // Towards the opposite point no direction is shorter than another.
            if (angle < tolerance || Math.PI - angle < tolerance)
            {
                continue;
            }

            double factor = share * angle / Math.Sin(angle);
            tangent[i] += factor;
            for (int j = 0; j < tangent.Length; j++)
            {
                tangent[j] -= factor * dot * mean[j];
            }
        }

        return tangent;
    }

    private static void Scale(double[] vector, double factor)
    {
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] *= factor;
        }
    }
}
