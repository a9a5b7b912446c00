using System.Buffers;
using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Methods;

/// <summary>
/// SCE (Wan et al. 2024, FuseChat, arXiv 2408.07990): selects the elements on which the models' deltas vary most, calculates a weight per
/// model from the squares of its selected deltas, erases deltas of the minority sign, and adds the weighted mean of the others to the base.
/// Input 0 is the base.
/// </summary>
internal sealed class SceKernel(int models, double topK, long elements) : TensorKernel
{
    private readonly double[] _weights = new double[models];
    private Sparsifier _mask = new KeepAll();

    public static SceKernel Create(KernelSpec spec) =>
        new(spec.Inputs.Count - 1, spec.Number("select_topk", 1, value => value is >= 0 and <= 1, "from 0 to 1"), spec.Shape.ElementCount);

    public override IEnumerable<BlockPass<RowBlock>> Passes()
    {
        if (topK < 1)
        {
            // As in mergekit, elements on which all models agree are not counted.
            long varied = 0;
            yield return BlockPass<RowBlock>.Of(
                (in RowBlock block) => WithVariances(block, (in DeltaBlock variances) => CountNonZero(variances.Deltas)),
                count => varied += count);
            _mask = SizeSparsifier.OfCount((long)(topK * varied), elements);
            foreach (BlockPass<DeltaBlock> pass in _mask.Passes())
            {
                yield return BlockPass<RowBlock>.Of((in RowBlock block) => WithVariances(block, pass.Gather), pass.Add);
            }
        }

        yield return BlockPass<RowBlock>.Of(Squares, squares =>
        {
            for (int i = 0; i < models; i++)
            {
                _weights[i] += squares[i];
            }
        });
        double sum = _weights.Sum();
        for (int i = 0; i < models; i++)
        {
            _weights[i] = sum == 0 ? 1.0 / models : _weights[i] / sum;
        }
    }

    public override void Compute(in RowBlock block, Span<float> output)
    {
        float[] factors = Mask(block);
        for (int e = 0; e < output.Length; e++)
        {
            float origin = block.Inputs[0][e];
            output[e] = factors[e] == 0 ? origin : Fuse(block, e, origin);
        }

        ArrayPool<float>.Shared.Return(factors);
    }

    private float Fuse(in RowBlock block, int e, float origin)
    {
        double majority = 0;
        for (int i = 1; i <= models; i++)
        {
            majority += (double)block.Inputs[i][e] - origin;
        }

        int sign = majority >= 0 ? 1 : -1;
        double change = 0;
        double weights = 0;
        int last = 0;
        int contributions = 0;
        for (int i = 1; i <= models; i++)
        {
            double delta = (double)block.Inputs[i][e] - origin;
            if (Math.Sign(delta) == sign)
            {
                change += _weights[i - 1] * delta;
                weights += _weights[i - 1];
                last = i;
                contributions++;
            }
        }

        // A single delta yields the model's exact value, and none the base's.
        return contributions == 1 ? block.Inputs[last][e] : weights == 0 ? origin : (float)(origin + (change / weights));
    }

    private double[] Squares(in RowBlock block)
    {
        float[] factors = Mask(block);
        var squares = new double[models];
        for (int i = 0; i < models; i++)
        {
            for (int e = 0; e < block.Length; e++)
            {
                double delta = ((double)block.Inputs[i + 1][e] - block.Inputs[0][e]) * factors[e];
                squares[i] += delta * delta;
            }
        }

        ArrayPool<float>.Shared.Return(factors);
        return squares;
    }

    /// <summary>1 for the selected elements of a block and 0 for the others, in a rented array.</summary>
    private float[] Mask(in RowBlock block)
    {
        float[] factors = ArrayPool<float>.Shared.Rent(block.Length);
        int length = block.Length;
        if (_mask.KeepsAll)
        {
            factors.AsSpan(0, length).Fill(1);
        }
        else
        {
            WithVariances(block, (in DeltaBlock variances) =>
            {
                _mask.Keep(variances, factors.AsSpan(0, length));
                return length;
            });
        }

        return factors;
    }

    /// <summary>Calls a function with the variance of each element's deltas over the models, in float32.</summary>
    private T WithVariances<T>(in RowBlock block, GatherBlock<DeltaBlock, T> use)
    {
        float[] variances = ArrayPool<float>.Shared.Rent(block.Length);
        for (int e = 0; e < block.Length; e++)
        {
            double mean = 0;
            for (int i = 1; i <= models; i++)
            {
                mean += ((double)block.Inputs[i][e] - block.Inputs[0][e]) / models;
            }

            double squares = 0;
            for (int i = 1; i <= models; i++)
            {
                double distance = (double)block.Inputs[i][e] - block.Inputs[0][e] - mean;
                squares += distance * distance;
            }

            // The mean of equal deltas is rounded, so that their distance to it is not quite zero.
            variances[e] = AllEqual(block, e) ? 0 : (float)(squares / models);
        }

        T result = use(new DeltaBlock(block.Index, block.FirstRow * block.RowLength, block.RowLength, variances.AsSpan(0, block.Length)));
        ArrayPool<float>.Shared.Return(variances);
        return result;
    }

    private bool AllEqual(in RowBlock block, int e)
    {
        for (int i = 2; i <= models; i++)
        {
            if (block.Inputs[i][e] != block.Inputs[1][e])
            {
                return false;
            }
        }

        return true;
    }

    private static long CountNonZero(ReadOnlySpan<float> values)
    {
        long count = 0;
        foreach (float value in values)
        {
            count += value != 0 ? 1 : 0;
        }

        return count;
    }
}
