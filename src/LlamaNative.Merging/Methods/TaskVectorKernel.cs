using System.Buffers;
using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Methods;

/// <summary>How the consensus sign of an element is determined.</summary>
internal enum Consensus
{
    None,

    /// <summary>The sign of the sum.</summary>
    Sum,

    /// <summary>The sign of the majority, with one vote per model.</summary>
    Count,
}

/// <summary>One model's contribution to a task-vector merge.</summary>
internal sealed record TaskVector(double Weight, Sparsifier Sparsifier, Rescale Rescale);

/// <summary>
/// base + λ · Σ wᵢ·sparse(xᵢ − base). With consensus, only elements of the majority sign are added; with normalization, the sum
/// is divided by the weights that contributed. Input 0 is the base, the models follow.
/// </summary>
internal sealed class TaskVectorKernel(IReadOnlyList<TaskVector> vectors, Consensus consensus, bool normalize, double lambda) : TensorKernel
{
    private const double SmallestDivisor = 1e-8;
    private const double SmallestNorm = 1e-7;

    private readonly double[] _scales = [.. vectors.Select(vector => vector.Sparsifier.ScaleFor(vector.Rescale))];

    public override IEnumerable<BlockPass<RowBlock>> Passes()
    {
        // The models' passes run in parallel, so that each read of the tensors serves all of them.
        var running = vectors.Select(vector => vector.Sparsifier.Passes().GetEnumerator()).ToArray();
        while (true)
        {
            BlockPass<DeltaBlock>?[] passes = [.. running.Select(pass => pass.MoveNext() ? pass.Current : null)];
            if (passes.All(pass => pass is null))
            {
                break;
            }

            yield return BlockPass<RowBlock>.Of((in RowBlock block) => Gather(passes, block), parts =>
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    if (parts[i] is { } part)
                    {
                        passes[i]!.Add(part);
                    }
                }
            });
        }

        if (vectors.Any(NeedsNorms))
        {
            var norms = new (double All, double Kept)[vectors.Count];
            yield return BlockPass<RowBlock>.Of(Norms, parts =>
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    norms[i] = (norms[i].All + parts[i].All, norms[i].Kept + parts[i].Kept);
                }
            });
            for (int i = 0; i < norms.Length; i++)
            {
                if (NeedsNorms(vectors[i]) && norms[i].All >= SmallestNorm && norms[i].Kept >= SmallestNorm)
                {
                    _scales[i] = norms[i].All / norms[i].Kept;
                }
            }
        }
    }

    public override void Compute(in RowBlock block, Span<float> output)
    {
        int count = vectors.Count;
        float[] kept = ArrayPool<float>.Shared.Rent(count * block.Length);
        float[] deltas = ArrayPool<float>.Shared.Rent(block.Length);
        try
        {
            for (int i = 0; i < count; i++)
            {
                Span<float> factors = kept.AsSpan(i * block.Length, block.Length);
                vectors[i].Sparsifier.Keep(Delta(block, i, deltas), factors);
            }

            Add(block, kept, output);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(kept);
            ArrayPool<float>.Shared.Return(deltas);
        }
    }

    private void Add(in RowBlock block, float[] kept, Span<float> output)
    {
        int count = vectors.Count;
        Span<double> weights = stackalloc double[count];
        Span<double> values = stackalloc double[count];
        double allWeights = 0;
        for (int i = 0; i < count; i++)
        {
            weights[i] = vectors[i].Weight;
            allWeights += weights[i];
        }

        double fixedDivisor = !normalize || Math.Abs(allWeights) < SmallestDivisor ? 1 : allWeights;
        ReadOnlySpan<float> origin = block.Input(0);
        for (int e = 0; e < output.Length; e++)
        {
            double majority = 0;
            for (int i = 0; i < count; i++)
            {
                double delta = (double)block.Inputs[i + 1][e] - origin[e];
                values[i] = weights[i] * _scales[i] * kept[(i * block.Length) + e] * delta;
                majority += consensus == Consensus.Count ? Math.Sign(values[i]) : values[i];
            }

            int sign = majority >= 0 ? 1 : -1;
            double sum = 0;
            double keptWeights = 0;
            int contributions = 0;
            int last = 0;
            for (int i = 0; i < count; i++)
            {
                if (consensus == Consensus.None ? values[i] != 0 : Math.Sign(values[i]) == sign)
                {
                    sum += values[i];
                    keptWeights += weights[i];
                    contributions++;
                    last = i;
                }
            }

            double divisor = consensus == Consensus.None ? fixedDivisor : !normalize || keptWeights == 0 ? 1 : keptWeights;
            bool whole = contributions == 1 && lambda * (weights[last] * _scales[last] * kept[(last * block.Length) + e]) / divisor == 1;

            // A full delta yields the model's exact value, and no delta the base's, without rounding.
            double change = lambda * sum / divisor;
            output[e] = whole ? block.Inputs[last + 1][e] : change == 0 ? origin[e] : (float)(origin[e] + change);
        }
    }

    private static object?[] Gather(BlockPass<DeltaBlock>?[] passes, in RowBlock block)
    {
        float[] deltas = ArrayPool<float>.Shared.Rent(block.Length);
        var parts = new object?[passes.Length];
        for (int i = 0; i < passes.Length; i++)
        {
            parts[i] = passes[i]?.Gather(Delta(block, i, deltas));
        }

        ArrayPool<float>.Shared.Return(deltas);
        return parts;
    }

    private (double All, double Kept)[] Norms(in RowBlock block)
    {
        float[] deltas = ArrayPool<float>.Shared.Rent(block.Length);
        float[] factors = ArrayPool<float>.Shared.Rent(block.Length);
        var norms = new (double All, double Kept)[vectors.Count];
        for (int i = 0; i < norms.Length; i++)
        {
            if (!NeedsNorms(vectors[i]))
            {
                continue;
            }

            DeltaBlock delta = Delta(block, i, deltas);
            vectors[i].Sparsifier.Keep(delta, factors.AsSpan(0, block.Length));
            for (int e = 0; e < block.Length; e++)
            {
                double size = Math.Abs((double)block.Inputs[i + 1][e] - block.Inputs[0][e]);
                norms[i].All += size;
                norms[i].Kept += size * factors[e];
            }
        }

        ArrayPool<float>.Shared.Return(deltas);
        ArrayPool<float>.Shared.Return(factors);
        return norms;
    }

    private static bool NeedsNorms(TaskVector vector) => vector.Rescale == Rescale.L1 && !vector.Sparsifier.KeepsAll;

    /// <summary>A model's delta in float32, the precision in which sizes are compared.</summary>
    private static DeltaBlock Delta(in RowBlock block, int vector, float[] deltas)
    {
        ReadOnlySpan<float> values = block.Input(vector + 1);
        ReadOnlySpan<float> origin = block.Input(0);
        System.Numerics.Tensors.TensorPrimitives.Subtract(values, origin, deltas);
        return new DeltaBlock(block.Index, block.FirstRow * block.RowLength, block.RowLength, deltas.AsSpan(0, block.Length));
    }
}
