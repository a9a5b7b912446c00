using System.Numerics;

namespace LlamaNative.Merging.Methods;

/// <summary>A dot product and both squared lengths.</summary>
internal readonly record struct DotProducts(double AB, double AA, double BB)
{
    public static DotProducts operator +(DotProducts left, DotProducts right) =>
        new(left.AB + right.AB, left.AA + right.AA, left.BB + right.BB);
}

/// <summary>Sums over floats, in double precision.</summary>
internal static class VectorMath
{
    public static DotProducts Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector<double> ab = default, aa = default, bb = default;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(a[i..]), out Vector<double> aLow, out Vector<double> aHigh);
            Vector.Widen(new Vector<float>(b[i..]), out Vector<double> bLow, out Vector<double> bHigh);
            ab += (aLow * bLow) + (aHigh * bHigh);
            aa += (aLow * aLow) + (aHigh * aHigh);
            bb += (bLow * bLow) + (bHigh * bHigh);
        }

        var sums = new DotProducts(Vector.Sum(ab), Vector.Sum(aa), Vector.Sum(bb));
        for (; i < a.Length; i++)
        {
            sums += new DotProducts((double)a[i] * b[i], (double)a[i] * a[i], (double)b[i] * b[i]);
        }

        return sums;
    }

    /// <summary>
    /// Σ cᵢ·xᵢ, rounded once. Inputs with c = 0 are skipped, so that c = 1 reproduces the other input bit for bit, including
    /// negative zero.
    /// </summary>
    public static void Combine(ReadOnlySpan<double> coefficients, in RowBlock block, Span<float> output)
    {
        Span<int> used = stackalloc int[coefficients.Length];
        int count = 0;
        for (int input = 0; input < coefficients.Length; input++)
        {
            if (coefficients[input] != 0)
            {
                used[count++] = input;
            }
        }

        if (count == 0)
        {
            output.Clear();
            return;
        }

        used = used[..count];
        int i = 0;
        for (; i <= output.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(block.Inputs[used[0]], i), out Vector<double> low, out Vector<double> high);
            low *= coefficients[used[0]];
            high *= coefficients[used[0]];
            foreach (int input in used[1..])
            {
                Vector.Widen(new Vector<float>(block.Inputs[input], i), out Vector<double> nextLow, out Vector<double> nextHigh);
                low += nextLow * coefficients[input];
                high += nextHigh * coefficients[input];
            }

            Vector.Narrow(low, high).CopyTo(output[i..]);
        }

        for (; i < output.Length; i++)
        {
            double sum = block.Inputs[used[0]][i] * coefficients[used[0]];
            foreach (int input in used[1..])
            {
                sum += block.Inputs[input][i] * coefficients[input];
            }

            output[i] = (float)sum;
        }
    }
}
