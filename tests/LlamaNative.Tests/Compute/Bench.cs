using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>
/// Support for operator tests: data with known values on the CPU, an arena for results, and one call to compute them.
/// </summary>
internal sealed class Bench : IDisposable
{
    private readonly List<(GgmlTensor Tensor, Array Values)> _values = [];
    private readonly TensorArena _data = new(256);

    public Bench(int threads = 1) => Backend = Backend.CreateCpu(threads);

    public Backend Backend { get; }

    public TensorArena Arena { get; } = new(2048);

    public GgmlTensor F32(float[] values, params long[] ne)
    {
        GgmlTensor tensor = _data.NewTensor(GgmlType.F32, ne);
        _values.Add((tensor, values));
        return tensor;
    }

    public GgmlTensor I32(int[] values, params long[] ne)
    {
        GgmlTensor tensor = _data.NewTensor(GgmlType.I32, ne);
        _values.Add((tensor, values));
        return tensor;
    }

    /// <summary>Data of a type, converted by ggml.</summary>
    public GgmlTensor Stored(GgmlType type, float[] values, params long[] ne)
    {
        GgmlTensor tensor = _data.NewTensor(type, ne);
        byte[] bytes = new byte[tensor.ByteCount];
        Quantizer.Quantize(type, values, (int)ne[0], bytes);
        _values.Add((tensor, bytes));
        return tensor;
    }

    public float[] Compute(GgmlTensor result)
    {
        ComputeAll(result);
        return result.ToArray<float>();
    }

    public void ComputeAll(params GgmlTensor[] results)
    {
        using var graph = new ComputeGraph();
        foreach (GgmlTensor result in results)
        {
            Arena.SetOutput(result);
            graph.BuildForwardExpand(result);
        }

        WriteData();
        graph.Allocate(Backend);
        graph.Compute();
    }

    /// <summary>Allocates memory for the data, and rewrites values that a computation may have changed.</summary>
    public void WriteData()
    {
        _data.Allocate(Backend);
        foreach ((GgmlTensor tensor, Array values) in _values)
        {
            switch (values)
            {
                case float[] floats:
                    tensor.Write<float>(floats);
                    break;
                case int[] integers:
                    tensor.Write<int>(integers);
                    break;
                default:
                    tensor.WriteBytes((byte[])values);
                    break;
            }
        }
    }

    /// <summary>Numbers between -1 and 1 from a seed.</summary>
    public static float[] Numbers(int count, int seed, float scale = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1) * scale)];
    }

    public static void AssertNear(IReadOnlyList<float> expected, IReadOnlyList<float> actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * (1 + Math.Abs(expected[i])),
                $"at {i}: {expected[i]} expected, {actual[i]} computed");
        }
    }

    public void Dispose()
    {
        Arena.Dispose();
        _data.Dispose();
        Backend.Dispose();
    }
}
