using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>Operators in C#, cancellation, and the allocations of a computation.</summary>
public sealed class CustomOperationTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, TensorArena.AllThreads)]
    public void A_custom_operator_computes_its_share(int threads, int tasks)
    {
        using var bench = new Bench(threads);
        GgmlTensor a = bench.F32([.. Enumerable.Range(0, 100).Select(i => (float)i)], 100);
        GgmlTensor result = bench.Arena.Custom4D(GgmlType.F32, new TensorShape(100), [a], Double, tasks);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => 2f * i), bench.Compute(result));

        static void Double(in CustomOperation operation)
        {
            ReadOnlySpan<float> source = operation.Source<float>(0);
            Span<float> target = operation.Result<float>();
            (long from, long to) = operation.Share(source.Length);
            for (int i = (int)from; i < to; i++)
            {
                target[i] = 2 * source[i];
            }
        }
    }

    [Fact]
    public void A_custom_operator_reads_views_through_their_layout()
    {
        using var bench = new Bench();
        GgmlTensor transposed = bench.Arena.Transpose(bench.F32([1, 2, 3, 4, 5, 6], 3, 2));
        GgmlTensor result = bench.Arena.Custom4D(GgmlType.F32, transposed.Shape, [transposed], (in CustomOperation operation) =>
            TensorCopy.Copy(operation.SourceBytes(0), operation.SourceLayout(0), operation.ResultBytes, operation.ResultLayout));
        Assert.Equal([1, 4, 2, 5, 3, 6], bench.Compute(result));
    }

    // An exception must not cross ggml's frames: it would end the process.
    [Fact]
    public void What_a_custom_operator_throws_is_thrown_by_the_computation_and_only_once()
    {
        using var bench = new Bench(threads: 2);
        bool fail = true;
        GgmlTensor a = bench.F32([1], 1);
        GgmlTensor result = bench.Arena.Custom4D(GgmlType.F32, new TensorShape(1), [a], (in CustomOperation operation) =>
        {
            operation.Result<float>()[0] = fail ? throw new FormatException("no good") : 7;
        }, TensorArena.AllThreads);
        using var graph = new ComputeGraph(16);
        graph.BuildForwardExpand(result);
        bench.WriteData();
        graph.Allocate(bench.Backend);
        Assert.Equal("no good", Assert.Throws<FormatException>(() => graph.Compute()).Message);
        fail = false;
        graph.Compute();
        Assert.Equal([7], result.ToArray<float>());
    }

    [Fact]
    public void Wrong_types_inside_a_custom_operator_are_errors_too()
    {
        using var bench = new Bench();
        GgmlTensor a = bench.F32([1], 1);
        GgmlTensor result = bench.Arena.Custom4D(GgmlType.F32, new TensorShape(1), [a],
            (in CustomOperation operation) => _ = operation.Source<int>(0)[0]);
        Assert.Throws<TensorLayoutException>(() => bench.ComputeAll(result));
    }

    [Fact]
    public void Cancelling_stops_between_operators()
    {
        using var bench = new Bench();
        using var source = new CancellationTokenSource();
        int ran = 0;
        GgmlTensor tensor = bench.F32([1], 1);
        for (int i = 0; i < 10; i++)
        {
            tensor = bench.Arena.Custom4D(GgmlType.F32, new TensorShape(1), [tensor], (in CustomOperation _) =>
            {
                if (++ran == 3)
                {
                    source.Cancel();
                }
            });
        }

        using var graph = new ComputeGraph(16);
        graph.BuildForwardExpand(tensor);
        bench.WriteData();
        graph.Allocate(bench.Backend);
        Assert.Throws<OperationCanceledException>(() => graph.Compute(source.Token));
        Assert.Equal(3, ran);
        Assert.Throws<OperationCanceledException>(() => graph.Compute(source.Token));
        Assert.Equal(3, ran);
        graph.Compute();
        Assert.Equal(13, ran);
    }

    [Fact]
    public void A_computation_allocates_nothing()
    {
        using var bench = new Bench();
        TensorArena g = bench.Arena;
        GgmlTensor rows = g.GetRows(bench.F32(Bench.Numbers(64, 1), 8, 8), bench.I32([3, 1], 2));
        GgmlTensor result = g.SoftMaxExt(g.MulMat(bench.F32(Bench.Numbers(64, 2), 8, 8), rows));
        using var graph = new ComputeGraph(64);
        graph.BuildForwardExpand(result);
        bench.WriteData();
        graph.Allocate(bench.Backend);
        using var source = new CancellationTokenSource();
        float[] read = new float[16];
        Compute(); // the first calls bind imports and run the JIT
        Compute();
        Assert.Equal(0, Allocations.Of(Compute));

        void Compute()
        {
            for (int i = 0; i < 20; i++)
            {
                graph.Compute(source.Token);
                result.Read<float>(read);
            }
        }
    }
}
