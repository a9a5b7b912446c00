using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <content>The gradients of products, views and partial updates.</content>
internal sealed partial class BackwardPass
{
    /// <summary>y = b aᵀ with a [k, m], b [k, n], y [m, n]: the gradient of a is Σ b ⊗ g, that of b is Σ a ⊗ gᵀ.</summary>
    private void MulMat(GgmlTensor a, GgmlTensor b, GgmlTensor g)
    {
        if (a.IsMatrix() && !b.IsMatrix())
        {
            // One matrix for all of b's: with b folded into rows, the product includes the sum over the matrices.
            GgmlTensor rows = Fold(Contiguous(b));
            GgmlTensor gradients = Fold(Contiguous(g));
            GiveFactors(a, b, rows, gradients);
        }
        else
        {
            GiveFactors(a, b, b, g);
        }
    }

    private void GiveFactors(GgmlTensor a, GgmlTensor b, GgmlTensor rows, GgmlTensor g)
    {
        if (Needs(a))
        {
            Give(a, SumOfGroups(_arena.OutProd(Contiguous(rows), g), a));
        }

        if (Needs(b))
        {
            GgmlTensor weights = a.Type == GgmlType.BF16 ? _arena.Cast(a, GgmlType.F32) : a;
            Give(b, Reshaped(_arena.OutProd(weights, _arena.Transpose(g)), b));
        }
    }

    private GgmlTensor Fold(GgmlTensor tensor) => _arena.Reshape(tensor, tensor.Shape[0], tensor.Shape.RowCount);

    /// <summary>
    /// Grouped heads: MulMat uses each matrix of a for several consecutive matrices of b in dimensions 2 and 3, so the gradient of a matrix
    /// of a is the sum over these.
    /// </summary>
    private GgmlTensor SumOfGroups(GgmlTensor product, GgmlTensor a)
    {
        long matrix = a.Shape[0] * a.Shape[1];
        long outer = product.Shape[3];
        GgmlTensor sum = SumOfRuns(product, matrix, a.Shape[2], product.Shape[2] / a.Shape[2], outer);
        sum = SumOfRuns(sum, matrix * a.Shape[2], a.Shape[3], outer / a.Shape[3], 1);
        return Reshaped(sum, a);
    }

    /// <summary>Views [size · run · count · outer] elements as [size, count, run, outer] and sums over the run.</summary>
    private GgmlTensor SumOfRuns(GgmlTensor tensor, long size, long count, long run, long outer)
    {
        if (run == 1)
        {
            return tensor;
        }

        long step = size * sizeof(float);
        GgmlTensor seen = _arena.View(tensor, new TensorShape(size, count, run, outer), [step * run, step, step * run * count], 0);
        GgmlTensor like = _arena.NewTensor(GgmlType.F32, size, count, 1, outer);
        return _arena.RepeatBack(seen, like);
    }

    private GgmlTensor Permute(GgmlTensor y, GgmlTensor g)
    {
        Span<int> back = stackalloc int[TensorShape.MaxRank];
        for (int i = 0; i < back.Length; i++)
        {
            back[y.Parameter(OperatorParameter.Axes + i)] = i;
        }

        return _arena.Permute(g, back[0], back[1], back[2], back[3]);
    }

    private GgmlTensor View(GgmlTensor y, GgmlTensor x, GgmlTensor g)
    {
        if (!x.IsContiguous())
        {
            throw new LlamaException($"A view of {x} has no gradient because {x} is not contiguous; make it contiguous with Cont first.");
        }

        return _arena.Acc(_arena.Fill(x, 0), g,
            PlaceOf(y.Shape, y.Layout.Stride(1), y.Layout.Stride(2), y.Layout.Stride(3), y.Layout.Offset - x.Layout.Offset));
    }

    /// <summary>Set and Acc: b receives the gradient of the replaced elements; for Set, a does not.</summary>
    private void Place(GgmlTensor y, GgmlTensor a, GgmlTensor b, GgmlTensor g)
    {
        TensorLayout place = PlaceOf(
            b.Shape,
            y.Parameter(OperatorParameter.Stride1),
            y.Parameter(OperatorParameter.Stride2),
            y.Parameter(OperatorParameter.Stride3),
            y.Parameter(OperatorParameter.Offset));
        GgmlTensor inside = _arena.Cont(_arena.View(g, b.Shape, StridesOf(place), place.Offset));
        if (Needs(a))
        {
            Give(a, y.Op == GgmlOp.Acc ? g : _arena.Acc(g, _arena.Neg(inside), place));
        }

        if (Needs(b))
        {
            Give(b, inside);
        }
    }

    private void Concat(GgmlTensor y, GgmlTensor a, GgmlTensor b, GgmlTensor g)
    {
        int dimension = y.Parameter(OperatorParameter.Dimension);
        long first = a.Shape[dimension];
        if (Needs(a))
        {
            Give(a, _arena.Cont(_arena.Slice(g, dimension, 0, first)));
        }

        if (Needs(b))
        {
            Give(b, _arena.Cont(_arena.Slice(g, dimension, first, b.Shape[dimension])));
        }
    }

    private static TensorLayout PlaceOf(TensorShape shape, long nb1, long nb2, long nb3, long offset) =>
        new(GgmlType.F32, shape, Dims.Of(sizeof(float), nb1, nb2, nb3), offset);

    private static long[] StridesOf(in TensorLayout place) =>
        [.. new[] { place.Stride(1), place.Stride(2), place.Stride(3) }.Take(Math.Max(place.Shape.Rank - 1, 0))];
}
