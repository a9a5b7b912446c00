using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Methods;

/// <summary>What NuSLERP treats as one vector.</summary>
internal enum NuSlerpScope
{
    /// <summary>The whole tensor.</summary>
    Tensor,

    /// <summary>Each row: the last dimension in PyTorch's order, ne[0] in ggml's.</summary>
    Row,

    /// <summary>Each column of a matrix: the first dimension in PyTorch's order.</summary>
    Column,
}

/// <summary>
/// Spherical interpolation of two tensors, or of their deltas from a base (the third input), per vector. Collinear vectors are
/// interpolated linearly.
/// </summary>
internal sealed class NuSlerpKernel(double t, NuSlerpScope scope, bool hasBase, long rowsPerMatrix) : TensorKernel
{
    private const double SmallestNorm = 1e-7;
    private const double Collinear = 1e-8;

    private readonly List<(double A, double B)[]> _coefficients = [];

    /// <summary>The second model's share; one half if the weights cancel out.</summary>
    public static double ShareOf(double first, double second) =>
        Math.Abs(first + second) < 1e-6 ? 0.5 : second / (first + second);

    public override IEnumerable<BlockPass<RowBlock>> Passes()
    {
        if (scope == NuSlerpScope.Tensor)
        {
            DotProducts sums = default;
            yield return BlockPass<RowBlock>.Of(DotOf, part => sums += part);
            _coefficients.Add([Coefficients(sums)]);
        }
        else if (scope == NuSlerpScope.Column)
        {
            var matrices = new List<DotProducts[]>();
            yield return BlockPass<RowBlock>.Of(DotsOfColumns, part => AddColumns(matrices, part));
            foreach (DotProducts[] columns in matrices)
            {
                _coefficients.Add([.. columns.Select(Coefficients)]);
            }
        }
    }

    public override void Compute(in RowBlock block, Span<float> output)
    {
        for (int row = 0; row < block.RowCount; row++)
        {
            int start = row * block.RowLength;
            (double A, double B)[] coefficients = scope switch
            {
                NuSlerpScope.Tensor => _coefficients[0],
                NuSlerpScope.Row => [Coefficients(DotOfRange(block, start, block.RowLength))],
                _ => _coefficients[(int)((block.FirstRow + row) / rowsPerMatrix)],
            };
            for (int column = 0; column < block.RowLength; column++)
            {
                (double a, double b) = coefficients[coefficients.Length == 1 ? 0 : column];
                output[start + column] = Interpolate(block, start + column, a, b);
            }
        }
    }

    private float Interpolate(in RowBlock block, int i, double a, double b)
    {
        // The endpoints are exact: neither rounding through the base nor a signed zero changes them.
        if (b == 0 && a == 1)
        {
            return block.Inputs[0][i];
        }

        if (a == 0 && b == 1)
        {
            return block.Inputs[1][i];
        }

        double origin = hasBase ? block.Inputs[2][i] : 0;
        return (float)(origin + (a * (block.Inputs[0][i] - origin)) + (b * (block.Inputs[1][i] - origin)));
    }

    private (double A, double B) Coefficients(DotProducts sums)
    {
        double cos = sums.AB / (Math.Max(Math.Sqrt(sums.AA), SmallestNorm) * Math.Max(Math.Sqrt(sums.BB), SmallestNorm));
        double theta = Math.Acos(Math.Clamp(cos, -1, 1));
        double sin = Math.Sin(theta);
        return Math.Abs(sin) < Collinear ? (1 - t, t) : (Math.Sin((1 - t) * theta) / sin, Math.Sin(t * theta) / sin);
    }

    private DotProducts DotOf(in RowBlock block) => DotOfRange(block, 0, block.Length);

    private DotProducts DotOfRange(in RowBlock block, int start, int length)
    {
        if (!hasBase)
        {
            return VectorMath.Dot(block.Inputs[0].AsSpan(start, length), block.Inputs[1].AsSpan(start, length));
        }

        DotProducts sums = default;
        for (int i = start; i < start + length; i++)
        {
            sums += Product(block, i);
        }

        return sums;
    }

    private DotProducts Product(in RowBlock block, int i)
    {
        double origin = hasBase ? block.Inputs[2][i] : 0;
        double a = block.Inputs[0][i] - origin;
        double b = block.Inputs[1][i] - origin;
        return new DotProducts(a * b, a * a, b * b);
    }

    private List<(int Matrix, DotProducts[] Columns)> DotsOfColumns(in RowBlock block)
    {
        var parts = new List<(int Matrix, DotProducts[] Columns)>();
        for (int row = 0; row < block.RowCount; row++)
        {
            int matrix = (int)((block.FirstRow + row) / rowsPerMatrix);
            if (parts.Count == 0 || parts[^1].Matrix != matrix)
            {
                parts.Add((matrix, new DotProducts[block.RowLength]));
            }

            DotProducts[] columns = parts[^1].Columns;
            for (int column = 0; column < block.RowLength; column++)
            {
                columns[column] += Product(block, (row * block.RowLength) + column);
            }
        }

        return parts;
    }

    private static void AddColumns(List<DotProducts[]> matrices, List<(int Matrix, DotProducts[] Columns)> parts)
    {
        foreach ((int matrix, DotProducts[] columns) in parts)
        {
            if (matrix == matrices.Count)
            {
                matrices.Add(columns);
                continue;
            }

            for (int column = 0; column < columns.Length; column++)
            {
                matrices[matrix][column] += columns[column];
            }
        }
    }
}
