using LlamaNative.Compute;
using LlamaNative.Tensors;
using TrainTinyChat.Corpus;
using TrainTinyChat.Graph;

namespace TrainTinyChat.Tests;

/// <summary>The products of the hand-written pass, compared with three plain loops, for whole tiles, edges and repeated heads.</summary>
public sealed class MatrixProductTests
{
    public static TheoryData<int, int, int> Sizes =>
        new() { { 1, 1, 1 }, { 16, 6, 8 }, { 17, 7, 9 }, { 32, 64, 300 }, { 5, 13, 600 }, { 48, 3, 33 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Sums_along_rows_and_columns(int m, int n, int depth)
    {
        foreach (Sum alongA in Enum.GetValues<Sum>())
        {
            foreach (Sum alongB in Enum.GetValues<Sum>())
            {
                Check(m, n, depth, alongA, alongB);
            }
        }
    }

    [Fact]
    public void A_view_with_gaps_between_its_rows_is_read_in_place()
    {
        using Backend backend = Backend.CreateCpu();
        using var data = new TensorArena(8);
        GgmlTensor wide = data.NewTensor(GgmlType.F32, 24, 5);
        GgmlTensor b = data.NewTensor(GgmlType.F32, 20, 2);
        data.Allocate(backend);
        float[] a = Numbers(24 * 5, 1);
        float[] right = Numbers(20 * 2, 2);
        wide.Write<float>(a);
        b.Write<float>(right);
        using var g = new TensorArena(8);
        GgmlTensor product = g.Product(g.Slice(wide, 0, 4, 20), Sum.Rows, b, Sum.Rows);
        float[] result = Compute(product, backend);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(Enumerable.Range(0, 20).Sum(k => a[(i * 24) + 4 + k] * right[20 + k]), result[5 + i], 1e-4);
        }
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        using var g = new TensorArena(8);
        GgmlTensor a = g.NewTensor(GgmlType.F32, 4, 3), b = g.NewTensor(GgmlType.F32, 5, 2);
        Assert.Throws<ArgumentException>(() => g.Product(a, Sum.Rows, b, Sum.Rows));
    }

    private static void Check(int m, int n, int depth, Sum alongA, Sum alongB)
    {
        const int Heads = 2, Groups = 2, Batch = 2;
        using Backend backend = Backend.CreateCpu();
        using var data = new TensorArena(8);
        GgmlTensor a = alongA == Sum.Rows
            ? data.NewTensor(GgmlType.F32, depth, m, Heads, Batch)
            : data.NewTensor(GgmlType.F32, m, depth, Heads, Batch);
        GgmlTensor b = alongB == Sum.Rows
            ? data.NewTensor(GgmlType.F32, depth, n, Heads * Groups, Batch)
            : data.NewTensor(GgmlType.F32, n, depth, Heads * Groups, Batch);
        data.Allocate(backend);
        float[] left = Numbers((int)a.Shape.ElementCount, 1), right = Numbers((int)b.Shape.ElementCount, 2);
        a.Write<float>(left);
        b.Write<float>(right);
        using var g = new TensorArena(4);
        float[] result = Compute(g.Product(a, alongA, b, alongB), backend);
        for (int matrix = 0; matrix < Heads * Groups * Batch; matrix++)
        {
            int leftStart = matrix / Groups * m * depth, rightStart = matrix * n * depth;
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    double sum = 0;
                    for (int k = 0; k < depth; k++)
                    {
                        float x = left[leftStart + (alongA == Sum.Rows ? (i * depth) + k : (k * m) + i)];
                        sum += (double)x * right[rightStart + (alongB == Sum.Rows ? (j * depth) + k : (k * n) + j)];
                    }

                    Assert.Equal(sum, result[(((matrix * n) + j) * m) + i], 1e-4);
                }
            }
        }
    }

    private static float[] Compute(GgmlTensor result, Backend backend)
    {
        using var graph = new ComputeGraph(16);
        graph.BuildForwardExpand(result);
        graph.Allocate(backend);
        graph.Compute();
        return result.ToArray<float>();
    }

    private static float[] Numbers(int count, ulong stream)
    {
        var dice = new Dice(3, stream);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((dice.NextDouble() * 2) - 1))];
    }
}
