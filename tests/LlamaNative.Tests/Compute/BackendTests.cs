using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>Devices, backends and the scheduler; with a GPU library and (software) driver also two devices at once.</summary>
public sealed class BackendTests
{
    [Fact]
    public void A_device_that_is_not_there_is_an_error_that_names_those_that_are()
    {
        var error = Assert.Throws<DeviceNotFoundException>(() => Backend.Create("Abacus7"));
        Assert.Contains("Abacus7", error.Message, StringComparison.Ordinal);
        Assert.Contains("CPU", error.Message, StringComparison.Ordinal);
        DeviceInfo gone = LlamaRuntime.GetDevices()[0] with { Name = "Gone0" };
        Assert.Throws<DeviceNotFoundException>(() => Backend.Create(gone));
        Assert.Throws<ArgumentOutOfRangeException>(() => Backend.CreateCpu(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Backend.CreateCpu(513));
    }

    [Fact]
    public void Schedulers_need_the_cpu_last_and_divide_one_graph()
    {
        using var cpu = Backend.CreateCpu();
        Assert.Throws<ArgumentException>(() => new Scheduler());
        Assert.Throws<ArgumentException>(() => new Scheduler(cpu, cpu));
        using var bench = new Bench();
        GgmlTensor first = bench.Arena.Sqr(bench.F32([3], 1));
        GgmlTensor second = bench.Arena.Sqrt(bench.F32([16], 1));
        bench.WriteData();
        using var scheduler = new Scheduler(cpu);
        using var graph = new ComputeGraph(16);
        using var other = new ComputeGraph(16);
        graph.BuildForwardExpand(first);
        other.BuildForwardExpand(second);
        graph.Allocate(scheduler);
        graph.Compute();
        Assert.Equal([9], first.ToArray<float>());
        Assert.Throws<InvalidOperationException>(() => other.Allocate(scheduler));
        scheduler.Dispose();
        Assert.Throws<ObjectDisposedException>(() => graph.Compute());
        Assert.Equal([9], first.ToArray<float>());
    }

    [Fact]
    public void One_backend_serves_several_threads()
    {
        using var bench = new Bench();
        var results = new List<(ComputeGraph Graph, GgmlTensor Tensor)>();
        for (int i = 0; i < 8; i++)
        {
            GgmlTensor x = bench.F32(Bench.Numbers(256, i), 16, 16);
            var graph = new ComputeGraph(16);
            results.Add((graph, bench.Arena.MulMat(x, x)));
            graph.BuildForwardExpand(results[^1].Tensor);
        }

        bench.WriteData();
        results.ForEach(result => result.Graph.Allocate(bench.Backend));
        Parallel.ForEach(results, result =>
        {
            for (int i = 0; i < 50; i++)
            {
                result.Graph.Compute();
            }
        });
        for (int i = 0; i < 8; i++)
        {
            float[] x = Bench.Numbers(256, i);
            Bench.AssertNear(Reference.Linear(x, x, 16, 16), results[i].Tensor.ToArray<float>());
            results[i].Graph.Dispose();
        }
    }

    [RequiresFact(Need.Gpu)]
    public void Weights_on_a_gpu_give_the_cpus_result_and_custom_operators_run_between()
    {
        using var gpu = Backend.Create(Gpu.Name!);
        using var cpu = Backend.CreateCpu();
        using var weights = new TensorArena(8);
        GgmlTensor w = weights.NewTensor(GgmlType.F32, 64, 32);
        weights.Allocate(gpu);
        float[] values = Bench.Numbers(64 * 32, 1);
        w.Write<float>(values);
        Assert.Equal(values, w.ToArray<float>());
        using var bench = new Bench();
        float[] x = Bench.Numbers(64 * 2, 2);
        GgmlTensor product = bench.Arena.MulMat(w, bench.F32(x, 64, 2));
        GgmlTensor doubled = bench.Arena.Custom4D(GgmlType.F32, product.Shape, [product], (in CustomOperation operation) =>
        {
            for (int i = 0; i < operation.Result<float>().Length; i++)
            {
                operation.Result<float>()[i] = 2 * operation.Source<float>(0)[i];
            }
        });
        bench.WriteData();

        using var alone = new ComputeGraph(16);
        alone.BuildForwardExpand(doubled);
        Assert.Throws<LlamaException>(() => alone.Allocate(gpu)); // a custom operator has no kernel there
        Assert.Throws<LlamaException>(() => alone.Allocate(cpu)); // the weights are on another device
        using var scheduler = new Scheduler(gpu, cpu);
        alone.Allocate(scheduler);
        alone.Compute();
        Assert.True(scheduler.SplitCount >= 2);
        Bench.AssertNear([.. Reference.Linear(values, x, 64, 32).Select(v => 2 * v)], doubled.ToArray<float>(), 2e-2);
    }
}
