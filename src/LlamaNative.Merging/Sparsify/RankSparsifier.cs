using System.Buffers;

namespace LlamaNative.Merging.Sparsify;

/// <summary>
/// DELLA: keeps each delta with a probability that grows with its rank in its row, from density − ε for the smallest to density
/// + ε for the largest.
/// </summary>
internal sealed class RankSparsifier(double density, double epsilon, KeyedRandom random, Rescale rescale) : Sparsifier
{
    /// <summary>Creates the sparsifier of a tensor.</summary>
    /// <exception cref="MergeException">A probability would be outside (0, 1).</exception>
    public static Sparsifier Create(double density, double epsilon, KeyedRandom random, Rescale rescale)
    {
        if (density >= 1)
        {
            return new KeepAll();
        }

        return density - Math.Abs(epsilon) > 0 && density + Math.Abs(epsilon) < 1
            ? new RankSparsifier(density, epsilon, random, rescale)
            : throw new MergeException($"density {density} ± epsilon {epsilon} must be between 0 and 1");
    }

    public override void Keep(in DeltaBlock block, Span<float> factors)
    {
        double[] probabilities = ArrayPool<double>.Shared.Rent(block.RowLength);
        for (int start = 0; start < factors.Length; start += block.RowLength)
        {
            Probabilities(block.Deltas.Slice(start, block.RowLength), probabilities);
            for (int i = 0; i < block.RowLength; i++)
            {
                bool keep = random.At(block.FirstElement + start + i) < probabilities[i];
                factors[start + i] = !keep ? 0 : rescale == Rescale.InverseDensity ? (float)(1 / probabilities[i]) : 1;
            }
        }

        ArrayPool<double>.Shared.Return(probabilities);
    }

    /// <summary>Computes the keep probability of each delta in a row.</summary>
    public void Probabilities(ReadOnlySpan<float> row, Span<double> probabilities)
    {
        if (row.Length == 1)
        {
            probabilities[0] = density;
            return;
        }

        // Size in the upper bits, position in the lower, so that one sort orders both; among equals the first ranks as larger.
        ulong[] order = ArrayPool<ulong>.Shared.Rent(row.Length);
        for (int i = 0; i < row.Length; i++)
        {
            order[i] = ((ulong)DeltaBlock.KeyOf(row[i]) << 32) | ~(uint)i;
        }

        order.AsSpan(0, row.Length).Sort();
        for (int rank = 0; rank < row.Length; rank++)
        {
            probabilities[(int)~(uint)order[rank]] = density - epsilon + (2 * epsilon * rank / (row.Length - 1));
        }

        ArrayPool<ulong>.Shared.Return(order);
    }
}
