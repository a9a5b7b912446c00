using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>Ownership: disposal in any order leads to an exception, never to a crash.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public void Disposing_twice_is_harmless()
    {
        var backend = Backend.CreateCpu();
        var arena = new TensorArena(4);
        var graph = new ComputeGraph(16);
        var scheduler = new Scheduler(backend);
        for (int i = 0; i < 2; i++)
        {
            scheduler.Dispose();
            graph.Dispose();
            arena.Dispose();
            backend.Dispose();
        }
    }

    [Fact]
    public void Tensors_of_a_disposed_arena_cannot_be_used()
    {
        using var backend = Backend.CreateCpu();
        using var other = new TensorArena(8);
        var arena = new TensorArena(8);
        GgmlTensor a = arena.NewTensor(GgmlType.F32, 4);
        arena.Allocate(backend);
        arena.Dispose();
        Assert.Throws<ObjectDisposedException>(() => a.Write<float>([1, 2, 3, 4]));
        Assert.Throws<ObjectDisposedException>(() => a.ToArray<float>());
        Assert.Throws<ObjectDisposedException>(() => a.Name);
        Assert.Throws<ObjectDisposedException>(() => a.Name = "x");
        Assert.Throws<ObjectDisposedException>(() => a.HasData);
        Assert.Throws<ObjectDisposedException>(() => other.Sqr(a));
        Assert.Throws<ObjectDisposedException>(() => arena.Sqr(a));
        Assert.Throws<ObjectDisposedException>(() => arena.NewTensor(GgmlType.F32, 1));
        Assert.Throws<ObjectDisposedException>(() => arena.Allocate(backend));
        Assert.Throws<ObjectDisposedException>(() => new ComputeGraph(16).BuildForwardExpand(a));
        Assert.Equal(4, a.Shape[0]); // managed data stays readable
        Assert.Contains("disposed", a.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_whose_arena_is_gone_does_not_compute()
    {
        using var backend = Backend.CreateCpu();
        using var results = new TensorArena(8);
        var data = new TensorArena(8);
        GgmlTensor a = data.NewTensor(GgmlType.F32, 4);
        data.Allocate(backend);
        a.Write<float>([1, 2, 3, 4]);
        GgmlTensor b = results.Sqr(a);
        using var graph = new ComputeGraph(16);
        graph.BuildForwardExpand(b);
        graph.Allocate(backend);
        graph.Compute();
        data.Dispose();
        Assert.Throws<ObjectDisposedException>(() => graph.Compute());
        Assert.Equal([1, 4, 9, 16], b.ToArray<float>()); // the memory itself is kept by the arena that uses it
    }

    [Fact]
    public void Results_outlive_their_graph_and_backend()
    {
        using var arena = new TensorArena(8);
        GgmlTensor result;
        using (var backend = Backend.CreateCpu())
        using (var data = new TensorArena(8))
        using (var graph = new ComputeGraph(16))
        {
            GgmlTensor a = data.NewTensor(GgmlType.F32, 2);
            data.Allocate(backend);
            a.Write<float>([3, 4]);
            result = arena.Sqr(a);
            graph.BuildForwardExpand(result);
            graph.Allocate(backend);
            graph.Compute();
        }

        Assert.Equal([9, 16], result.ToArray<float>());
    }

    [Fact]
    public void A_disposed_backend_or_graph_does_not_compute()
    {
        using var bench = new Bench();
        GgmlTensor b = bench.Arena.Sqr(bench.F32([1], 1));
        bench.WriteData();
        var backend = Backend.CreateCpu(threads: 2);
        var graph = new ComputeGraph(16);
        graph.BuildForwardExpand(b);
        graph.Allocate(backend);
        backend.Dispose();
        Assert.Throws<ObjectDisposedException>(() => graph.Compute());
        Assert.Throws<ObjectDisposedException>(() => bench.Arena.Allocate(backend));
        graph.Dispose();
        Assert.Throws<ObjectDisposedException>(() => graph.Compute());
        Assert.Throws<ObjectDisposedException>(() => graph.BuildForwardExpand(b));
    }

    [Fact]
    public void Arenas_that_would_keep_each_other_alive_are_refused()
    {
        using var first = new TensorArena(8);
        using var second = new TensorArena(8);
        using var third = new TensorArena(8);
        GgmlTensor a = first.NewTensor(GgmlType.F32, 1);
        GgmlTensor c = third.Sqr(second.Sqr(a));
        Assert.Throws<InvalidOperationException>(() => first.Sqr(c));
    }

    [Fact]
    public void A_full_arena_and_a_full_graph_are_errors_and_change_nothing()
    {
        using var arena = new TensorArena(capacity: 3);
        GgmlTensor a = arena.NewTensor(GgmlType.F32, 2);
        GgmlTensor b = arena.Sqr(arena.Sqr(a));
        Assert.Equal(3, Assert.Throws<ComputeCapacityException>(() => arena.Sqr(b)).Capacity);
        Assert.Equal(3, arena.Count);

        using var graph = new ComputeGraph(capacity: 1);
        Assert.Equal(2, Assert.Throws<ComputeCapacityException>(() => graph.BuildForwardExpand(b)).Needed);
        Assert.Equal(0, graph.NodeCount);
        graph.BuildForwardExpand(b.Sources[0]!);
        Assert.Equal(1, graph.NodeCount);
    }

    [Fact]
    public void A_chain_as_long_as_the_graph_does_not_overflow_the_stack()
    {
        const int Length = 100_000;
        using var arena = new TensorArena(Length + 1);
        GgmlTensor tensor = arena.NewTensor(GgmlType.F32, 1);
        for (int i = 0; i < Length; i++)
        {
            tensor = arena.Neg(tensor);
        }

        using var graph = new ComputeGraph(Length);
        graph.BuildForwardExpand(tensor);
        Assert.Equal(Length, graph.NodeCount);
    }

    [Fact]
    public void Data_before_allocation_and_results_before_the_graph_are_errors()
    {
        using var arena = new TensorArena(8);
        GgmlTensor a = arena.NewTensor(GgmlType.F32, 2);
        GgmlTensor view = arena.Slice(a, 0, 1, 1);
        GgmlTensor b = arena.Sqr(a);
        Assert.Throws<InvalidOperationException>(() => a.ToArray<float>());
        Assert.Throws<InvalidOperationException>(() => view.ToArray<float>());
        using var graph = new ComputeGraph(16);
        Assert.Throws<InvalidOperationException>(() => graph.Compute());
        using var backend = Backend.CreateCpu();
        Assert.Throws<InvalidOperationException>(() => graph.Allocate(backend));
        graph.BuildForwardExpand(b);
        graph.Allocate(backend);
        Assert.Throws<InvalidOperationException>(() => graph.Allocate(backend));
        Assert.Throws<InvalidOperationException>(() => graph.BuildForwardExpand(b));

        // Two graphs with the same operator would overwrite each other's results.
        using var second = new ComputeGraph(16);
        second.BuildForwardExpand(arena.Sqr(b));
        Assert.Throws<InvalidOperationException>(() => second.Allocate(backend));
    }

    [Fact]
    public void A_view_of_data_that_gets_memory_later_shows_it()
    {
        using var backend = Backend.CreateCpu();
        using var data = new TensorArena(8);
        using var views = new TensorArena(8);
        GgmlTensor a = data.NewTensor(GgmlType.F32, 3);
        GgmlTensor view = views.Slice(a, 0, 1, 2);
        data.Allocate(backend);
        a.Write<float>([1, 2, 3]);
        Assert.Equal([2, 3], view.ToArray<float>());
        view.Write<float>([20, 30]);
        Assert.Equal([1, 20, 30], a.ToArray<float>());
    }

    [Fact]
    public void Wrong_numbers_for_a_tensor_are_errors()
    {
        using var bench = new Bench();
        GgmlTensor a = bench.F32([1, 2, 3, 4], 2, 2);
        bench.WriteData();
        Assert.Throws<TensorLayoutException>(() => a.Write<float>([1, 2, 3]));
        Assert.Throws<TensorLayoutException>(() => a.Write<int>([1, 2, 3, 4]));
        Assert.Throws<TensorLayoutException>(() => bench.Arena.Transpose(a).ToArray<float>());
        Assert.Throws<ArgumentOutOfRangeException>(() => a.ReadBytes(new byte[8], 12));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.WriteBytes(new byte[1], -1));
        Assert.Throws<ArgumentException>(() => a.Name = new string('n', 64));
        a.Name = "weights 2×2";
        Assert.Equal("weights 2×2", a.Name);
    }
}
