using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>Products, sums, rows and copies, compared with plain loops.</summary>
public sealed class MatrixTests
{
    // ggml's convention: result[i, j] is the product of row i of a and row j of b.
    [Fact]
    public void MulMat_multiplies_rows_and_repeats_matrices_in_runs()
    {
        using var bench = new Bench();
        float[] a = Bench.Numbers(4 * 3 * 2, 1);
        float[] b = Bench.Numbers(4 * 5 * 4, 2);
        float[] actual = bench.Compute(bench.Arena.MulMat(bench.F32(a, 4, 3, 2), bench.F32(b, 4, 5, 4)));
        float[] expected = new float[3 * 5 * 4];
        for (int m = 0; m < 4; m++)
        {
            for (int j = 0; j < 5; j++)
            {
                for (int i = 0; i < 3; i++)
                {
                    for (int k = 0; k < 4; k++)
                    {
                        expected[(m * 15) + (j * 3) + i] += a[(m / 2 * 12) + (i * 4) + k] * b[(m * 20) + (j * 4) + k];
                    }
                }
            }
        }

        Bench.AssertNear(expected, actual);
    }

    [Fact]
    public void OutProd_sums_outer_products_of_rows_also_transposed()
    {
        using var bench = new Bench();
        float[] a = Bench.Numbers(3 * 4, 3);
        float[] b = Bench.Numbers(2 * 4, 4);
        float[] bTransposed = new float[8];
        float[] expected = new float[6];
        for (int k = 0; k < 4; k++)
        {
            for (int j = 0; j < 2; j++)
            {
                bTransposed[(j * 4) + k] = b[(k * 2) + j];
                for (int i = 0; i < 3; i++)
                {
                    expected[(j * 3) + i] += a[(k * 3) + i] * b[(k * 2) + j];
                }
            }
        }

        GgmlTensor left = bench.F32(a, 3, 4);
        Bench.AssertNear(expected, bench.Compute(bench.Arena.OutProd(left, bench.F32(b, 2, 4))));
        Bench.AssertNear(expected, bench.Compute(bench.Arena.OutProd(left, bench.Arena.Transpose(bench.F32(bTransposed, 4, 2)))));
    }

    [Theory]
    [InlineData(GgmlType.F16, 1e-3)]
    [InlineData(GgmlType.BF16, 1e-2)]
    [InlineData(GgmlType.Q8_0, 1e-2)]
    [InlineData(GgmlType.Q4_0, 0.15)]
    [InlineData(GgmlType.Q4_K, 0.15)]
    [InlineData(GgmlType.IQ4_XS, 0.15)]
    public void MulMat_takes_weights_of_every_kind(GgmlType type, double tolerance)
    {
        const int Length = 256;
        using var bench = new Bench();
        float[] a = Bench.Numbers(Length * 4, 5);
        float[] b = Bench.Numbers(Length * 2, 6);
        float[] actual = bench.Compute(bench.Arena.MulMat(bench.Stored(type, a, Length, 4), bench.F32(b, Length, 2)));
        for (int j = 0; j < 2; j++)
        {
            for (int i = 0; i < 4; i++)
            {
                double sum = Enumerable.Range(0, Length).Sum(k => (double)a[(i * Length) + k] * b[(j * Length) + k]);
                Assert.InRange(actual[(j * 4) + i] - sum, -tolerance * 8, tolerance * 8); // |a||b| is about 85 here
            }
        }
    }

    [Fact]
    public void MulMatId_picks_an_expert_for_each_row()
    {
        using var bench = new Bench();
        float[] experts = Bench.Numbers(4 * 3 * 5, 7);
        float[] b = Bench.Numbers(4 * 1 * 2, 8);
        int[] ids = [4, 0, 2, 2];
        float[] actual = bench.Compute(bench.Arena.MulMatId(bench.F32(experts, 4, 3, 5), bench.F32(b, 4, 1, 2), bench.I32(ids, 2, 2)));
        float[] expected = new float[3 * 2 * 2];
        for (int row = 0; row < 4; row++)
        {
            for (int i = 0; i < 3; i++)
            {
                expected[(row * 3) + i] = Enumerable.Range(0, 4).Sum(k => experts[(ids[row] * 12) + (i * 4) + k] * b[(row / 2 * 4) + k]);
            }
        }

        Bench.AssertNear(expected, actual);
    }

    [Fact]
    public void Sums_means_and_counts()
    {
        using var bench = new Bench();
        GgmlTensor a = bench.F32([1, 2, 3, 4, 5, 6], 3, 2);
        GgmlTensor sum = bench.Arena.Sum(a);
        GgmlTensor rows = bench.Arena.SumRows(a);
        GgmlTensor mean = bench.Arena.Mean(a);
        GgmlTensor running = bench.Arena.CumSum(a);
        GgmlTensor most = bench.Arena.ArgMax(bench.F32([1, 9, 3, 7, 5, 6], 3, 2));
        GgmlTensor equal = bench.Arena.CountEqual(bench.I32([1, 2, 3, 4], 2, 2), bench.I32([1, 0, 3, 0], 2, 2));
        bench.ComputeAll(sum, rows, mean, running, most, equal);
        Assert.Equal([21], sum.ToArray<float>());
        Assert.Equal([6, 15], rows.ToArray<float>());
        Assert.Equal([2, 5], mean.ToArray<float>());
        Assert.Equal([1, 3, 6, 4, 9, 15], running.ToArray<float>());
        Assert.Equal([1, 0], most.ToArray<int>());
        Assert.Equal([2], equal.ToArray<long>());
    }

    [Fact]
    public void Orders_of_a_row()
    {
        using var bench = new Bench();
        GgmlTensor a = bench.F32([0.5f, -1, 3, 2], 4);
        GgmlTensor up = bench.Arena.ArgSort(a, SortOrder.Ascending);
        GgmlTensor down = bench.Arena.ArgSort(a, SortOrder.Descending);
        GgmlTensor top = bench.Arena.TopK(a, 2);
        bench.ComputeAll(up, down, top);
        Assert.Equal([1, 0, 3, 2], up.ToArray<int>());
        Assert.Equal([2, 3, 0, 1], down.ToArray<int>());
        Assert.Equal([2, 3], top.ToArray<int>().Order());
    }

    // std::sort with NaN in its comparisons reads outside its array: the process would end here.
    [Fact]
    public void Sorting_NaN_does_not_end_the_process()
    {
        using var bench = new Bench();
        float[] numbers = Bench.Numbers(5000, 11);
        var random = new Random(12);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = random.Next(3) == 0 ? float.NaN : numbers[i];
        }

        GgmlTensor order = bench.Arena.ArgSort(bench.F32(numbers, numbers.Length), SortOrder.Ascending);
        bench.ComputeAll(order);
        int[] places = order.ToArray<int>();
        Assert.Equal(Enumerable.Range(0, numbers.Length), places.Order());
        int finite = numbers.Count(float.IsFinite);
        Assert.All(places[..finite], place => Assert.True(float.IsFinite(numbers[place])));
        Assert.All(places[finite..], place => Assert.True(float.IsNaN(numbers[place])));
    }

    [Fact]
    public void Rows_are_picked_written_and_added_back()
    {
        using var bench = new Bench();
        GgmlTensor table = bench.F32([1, 2, 3, 4, 5, 6], 2, 3);
        GgmlTensor indices = bench.I32([2, 0, 2], 3);
        GgmlTensor picked = bench.Arena.GetRows(table, indices);
        GgmlTensor back = bench.Arena.GetRowsBack(bench.F32([1, 1, 10, 10, 100, 100], 2, 3), indices, table);
        GgmlTensor written = bench.Arena.SetRows(bench.Arena.Dup(table), bench.F32([7, 8], 2, 1), bench.I32([1], 1));
        bench.ComputeAll(picked, back, written);
        Assert.Equal([5, 6, 1, 2, 5, 6], picked.ToArray<float>());
        Assert.Equal([10, 10, 0, 0, 101, 101], back.ToArray<float>());
        Assert.Equal([1, 2, 7, 8, 5, 6], written.ToArray<float>());
    }

    [Fact]
    public void Views_and_copies()
    {
        using var bench = new Bench();
        GgmlTensor a = bench.F32([1, 2, 3, 4, 5, 6], 3, 2);
        TensorArena g = bench.Arena;
        GgmlTensor transposed = g.Cont(g.Transpose(a));
        GgmlTensor permuted = g.Cont(g.Permute(g.Reshape(a, 1, 3, 2), 2, 0, 1, 3));
        GgmlTensor slice = g.Cont(g.Slice(a, 0, 1, 2));
        GgmlTensor view = g.Cont(g.View(a, new TensorShape(2, 2), [12], 4));
        GgmlTensor joined = g.Concat(a, bench.F32([7, 8, 9], 3, 1), 1);
        GgmlTensor repeated = g.Repeat(bench.F32([1, 2], 2), new TensorShape(4, 2));
        GgmlTensor folded = g.RepeatBack(bench.F32([1, 2, 3, 4], 4), bench.F32([0, 0], 2));
        GgmlTensor set = g.Set(a, bench.F32([0, 0], 1, 2), a.Layout.Slice(0, 1, 1));
        GgmlTensor added = g.Acc(a, bench.F32([10, 20], 1, 2), a.Layout.Slice(0, 2, 1));
        GgmlTensor whole = g.Cast(g.Cast(a, GgmlType.F16), GgmlType.F32);
        GgmlTensor integers = g.Cast(a, GgmlType.I32);
        bench.ComputeAll(transposed, permuted, slice, view, joined, repeated, folded, set, added, whole, integers);
        Assert.Equal([1, 4, 2, 5, 3, 6], transposed.ToArray<float>());
        Assert.Equal([2, 1, 3, 1], Dimensions(g.Permute(g.Reshape(a, 1, 2, 3, 1), 1, 0, 2, 3)));
        Assert.Equal([3, 2, 1, 1], Dimensions(permuted));
        Assert.Equal([1, 2, 3, 4, 5, 6], permuted.ToArray<float>());
        Assert.Equal([2, 3, 5, 6], slice.ToArray<float>());
        Assert.Equal([2, 3, 5, 6], view.ToArray<float>());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], joined.ToArray<float>());
        Assert.Equal([1, 2, 1, 2, 1, 2, 1, 2], repeated.ToArray<float>());
        Assert.Equal([4, 6], folded.ToArray<float>());
        Assert.Equal([1, 0, 3, 4, 0, 6], set.ToArray<float>());
        Assert.Equal([1, 2, 13, 4, 5, 26], added.ToArray<float>());
        Assert.Equal([1, 2, 3, 4, 5, 6], whole.ToArray<float>());
        Assert.Equal([1, 2, 3, 4, 5, 6], integers.ToArray<int>());

        static long[] Dimensions(GgmlTensor tensor) => [tensor.Shape[0], tensor.Shape[1], tensor.Shape[2], tensor.Shape[3]];
    }

    [Fact]
    public void Cpy_writes_over_its_destination_in_the_destinations_type()
    {
        using var bench = new Bench();
        float[] numbers = Bench.Numbers(64, 21);
        GgmlTensor blocks = bench.Stored(GgmlType.Q8_0, new float[64], 32, 2);
        GgmlTensor copied = bench.Arena.Cpy(bench.F32(numbers, 32, 2), blocks);
        GgmlTensor back = bench.Arena.Cast(copied, GgmlType.F32);
        bench.ComputeAll(back);
        Bench.AssertNear(numbers, back.ToArray<float>(), 0.01);
        byte[] raw = new byte[blocks.ByteCount];
        blocks.ReadBytes(raw);
        Assert.Contains(raw, value => value != 0);
    }
}
