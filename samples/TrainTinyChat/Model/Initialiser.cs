using TrainTinyChat.Corpus;

namespace TrainTinyChat.Model;

/// <summary>
/// Random weights from a seed: normally distributed with standard deviation 1/√(row length); matrices that write to the
/// residual stream are divided by √(2 · layers) (Radford et al., 2019), and norms are 1.
/// </summary>
internal static class Initialiser
{
    public static float[] Values(Parameter parameter, ModelShape shape, ulong seed, int index)
    {
        var values = new float[parameter.Shape.ElementCount];
        if (parameter.IsNorm)
        {
            Array.Fill(values, 1);
            return values;
        }

        double deviation = 1 / Math.Sqrt(parameter.Shape[0]) / (parameter.IsResidual ? Math.Sqrt(2 * shape.Layers) : 1);
        var dice = new Dice(seed, 0xC0FFEE0000 + (ulong)index);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(deviation * Normal(dice));
        }

        return values;
    }

    /// <summary>The Box–Muller transform (1958).</summary>
    private static double Normal(Dice dice) => Math.Sqrt(-2 * Math.Log(1 - dice.NextDouble())) * Math.Cos(2 * Math.PI * dice.NextDouble());
}
