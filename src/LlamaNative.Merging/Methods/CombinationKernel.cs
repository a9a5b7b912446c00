using System.Buffers;
using System.Numerics.Tensors;
using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Methods;

/// <summary>Computes cᵢ of Σ cᵢ·xᵢ from the dot products of the xᵢ.</summary>
internal delegate double[] CombineDirections(GramMatrix dots);

/// <summary>
/// base + Σ cᵢ·(xᵢ − base), with coefficients that depend only on the lengths of the deltas and the angles between them. The base is
/// input 0; without one, the deltas are the tensors themselves.
/// </summary>
internal sealed class CombinationKernel(int inputs, bool hasBase, bool byRow, CombineDirections combine) : TensorKernel
{
    private readonly int _first = hasBase ? 1 : 0;
    private readonly int _count = hasBase ? inputs - 1 : inputs;
    private double[] _coefficients = [];

    public override IEnumerable<BlockPass<RowBlock>> Passes()
    {
        if (!byRow)
        {
            var sums = new GramMatrix(_count);
            yield return BlockPass<RowBlock>.Of((in RowBlock block) => DotsOf(block, 0, block.Length), sums.Add);
            _coefficients = combine(sums);
        }
    }

    public override void Compute(in RowBlock block, Span<float> output)
    {
        if (!byRow)
        {
            Combine(block, 0, _coefficients, output);
            return;
        }

        for (int start = 0; start < block.Length; start += block.RowLength)
        {
            Combine(block, start, combine(DotsOf(block, start, block.RowLength)), output.Slice(start, block.RowLength));
        }
    }

    private void Combine(in RowBlock block, int start, double[] coefficients, Span<float> output)
    {
        // One whole vector, or none, is copied, so that it is exact.
        int[] used = [.. Enumerable.Range(0, _count).Where(i => coefficients[i] != 0)];
        if (hasBase && used.Length == 0)
        {
            block.Inputs[0].AsSpan(start, output.Length).CopyTo(output);
            return;
        }

        if (used.Length == 1 && coefficients[used[0]] == 1)
        {
            block.Inputs[used[0] + _first].AsSpan(start, output.Length).CopyTo(output);
            return;
        }

        for (int e = 0; e < output.Length; e++)
        {
            double origin = hasBase ? block.Inputs[0][start + e] : 0;
            double change = 0;
            foreach (int i in used)
            {
                change += coefficients[i] * (block.Inputs[i + _first][start + e] - origin);
            }

            output[e] = (float)(origin + change);
        }
    }

    private GramMatrix DotsOf(in RowBlock block, int start, int length)
    {
        double[] deltas = ArrayPool<double>.Shared.Rent(_count * length);
        for (int i = 0; i < _count; i++)
        {
            for (int e = 0; e < length; e++)
            {
                double origin = hasBase ? block.Inputs[0][start + e] : 0;
                deltas[(i * length) + e] = block.Inputs[i + _first][start + e] - origin;
            }
        }

        var dots = new GramMatrix(_count);
        for (int i = 0; i < _count; i++)
        {
            for (int j = i; j < _count; j++)
            {
                dots[i, j] = TensorPrimitives.Dot<double>(deltas.AsSpan(i * length, length), deltas.AsSpan(j * length, length));
            }
        }

        ArrayPool<double>.Shared.Return(deltas);
        return dots;
    }
}
