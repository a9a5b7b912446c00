namespace LlamaNative.Tests.Compute;

/// <summary>The mathematics of a transformer in plain C#, computed in double precision and written independently of ggml.</summary>
internal static class Reference
{
    public static float[] PerRow(float[] numbers, int length, Func<float[], float[]> row) =>
        [.. numbers.Chunk(length).SelectMany(row)];

    public static float[] RmsNorm(float[] row, double eps)
    {
        double scale = 1 / Math.Sqrt(row.Average(v => (double)v * v) + eps);
        return [.. row.Select(v => (float)(v * scale))];
    }

    public static float[] SoftMax(float[] row)
    {
        double max = row.Max();
        double[] powers = [.. row.Select(v => Math.Exp(v - max))];
        double sum = powers.Sum();
        return [.. powers.Select(p => (float)(p / sum))];
    }

    /// <summary>
    /// Rows of x, each of <paramref name="inputs"/> numbers, times a matrix of as many columns: [inputs, outputs] in ggml's order.
    /// </summary>
    public static float[] Linear(float[] matrix, float[] x, int inputs, int outputs) =>
        PerRow(x, inputs, row =>
        {
            float[] y = new float[outputs];
            for (int o = 0; o < outputs; o++)
            {
                double sum = 0;
                for (int i = 0; i < inputs; i++)
                {
                    sum += (double)matrix[(o * inputs) + i] * row[i];
                }

                y[o] = (float)sum;
            }

            return y;
        });

    public static float Silu(float x) => (float)(x / (1 + Math.Exp(-x)));
}
