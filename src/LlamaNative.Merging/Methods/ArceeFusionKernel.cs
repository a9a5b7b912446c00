using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Methods;

/// <summary>
/// Arcee Fusion (mergekit's arcee_fusion): takes the elements of the other model whose importance is at least median + 1.5·(Q3 − Q1) of all
/// elements', and the base's elsewhere. An element's importance is its distance to the base times the Kullback-Leibler divergence of its
/// row's softmax from the base's. Input 0 is the base.
/// </summary>
/// <remarks>mergekit estimates the quantiles of more than a million elements from a random sample; here they are exact.</remarks>
internal sealed class ArceeFusionKernel(long elements) : TensorKernel
{
    private const double Epsilon = 1e-8;

    private readonly List<double> _divergences = [];
    private double _threshold;

    public static ArceeFusionKernel Create(KernelSpec spec) => spec.Inputs.Count == 2
        ? new ArceeFusionKernel(spec.Shape.ElementCount)
        : throw new MergeException($"arcee_fusion needs exactly one model besides the base, not {spec.Inputs.Count - 1}");

    public override IEnumerable<BlockPass<RowBlock>> Passes()
    {
        yield return BlockPass<RowBlock>.Of(Divergences, _divergences.AddRange);
        var quantiles = new Quantiles(elements, 0.25, 0.5, 0.75);
        foreach (BlockPass<DeltaBlock> pass in quantiles.Passes())
        {
            yield return BlockPass<RowBlock>.Of((in RowBlock block) => GatherImportances(block, pass), pass.Add);
        }

        _threshold = quantiles[1] + (1.5 * (quantiles[2] - quantiles[0]));
    }

    public override void Compute(in RowBlock block, Span<float> output)
    {
        Importances(block, output);
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = output[i] >= _threshold ? block.Inputs[1][i] : block.Inputs[0][i];
        }
    }

    private object GatherImportances(in RowBlock block, BlockPass<DeltaBlock> pass)
    {
        float[] importances = System.Buffers.ArrayPool<float>.Shared.Rent(block.Length);
        Importances(block, importances.AsSpan(0, block.Length));
        object part = pass.Gather(new DeltaBlock(block.Index, block.FirstRow * block.RowLength, block.RowLength,
            importances.AsSpan(0, block.Length)));
        System.Buffers.ArrayPool<float>.Shared.Return(importances);
        return part;
    }

    private void Importances(in RowBlock block, Span<float> importances)
    {
        for (int i = 0; i < importances.Length; i++)
        {
            double distance = Math.Abs((double)block.Inputs[1][i] - block.Inputs[0][i]);
            importances[i] = (float)(distance * _divergences[(int)(block.FirstRow + (i / block.RowLength))]);
        }
    }

    private static double[] Divergences(in RowBlock block)
    {
        var divergences = new double[block.RowCount];
        for (int row = 0; row < block.RowCount; row++)
        {
            divergences[row] = Divergence(block.Inputs[1].AsSpan(row * block.RowLength, block.RowLength),
                block.Inputs[0].AsSpan(row * block.RowLength, block.RowLength));
        }

        return divergences;
    }

    /// <summary>Σ p·ln(p / q) over the softmax of two rows; rounding cannot make it negative.</summary>
    private static double Divergence(ReadOnlySpan<float> row, ReadOnlySpan<float> origin)
    {
        (double rowMax, double rowSum) = SoftmaxOf(row);
        (double originMax, double originSum) = SoftmaxOf(origin);
        double sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            double p = (Math.Exp(row[i] - rowMax) / rowSum) + Epsilon;
            double q = (Math.Exp(origin[i] - originMax) / originSum) + Epsilon;
            sum += p * Math.Log(p / q);
        }

        return Math.Max(0, sum);
    }

    private static (double Max, double Sum) SoftmaxOf(ReadOnlySpan<float> row)
    {
        double max = double.NegativeInfinity;
        foreach (float value in row)
        {
            max = Math.Max(max, value);
        }

        double sum = 0;
        foreach (float value in row)
        {
            sum += Math.Exp(value - max);
        }

        return (max, sum);
    }
}
