using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>Gradients, compared with finite differences: (loss(x + h) - loss(x - h)) / 2h for every number of every parameter.</summary>
public sealed class BackwardPassTests
{
    private delegate GgmlTensor Model(Bench b, TensorArena g, GgmlTensor[] p);

    private static readonly Dictionary<string, (long[][] Shapes, Model Build)> s_models = new()
    {
        ["Add with repetition"] = ([[4, 3], [4]], (b, g, p) => Weighted(b, g.Add(p[0], p[1]))),
        ["Sub with repetition"] = ([[4, 3], [2, 3]], (b, g, p) => Weighted(b, g.Sub(p[0], p[1]))),
        ["Mul with repetition"] = ([[4, 3], [4]], (b, g, p) => Weighted(b, g.Mul(p[0], p[1]))),
        ["Div with repetition"] = ([[4, 3], [1, 3]], (b, g, p) => Weighted(b, g.Div(p[0], g.Scale(p[1], 0.1f, 2)))),
        ["A parameter used twice"] = ([[4]], (b, g, p) => Weighted(b, g.Mul(p[0], g.Sin(p[0])))),
        ["Sqr Sqrt Log"] = ([[4]], (b, g, p) => Weighted(b, g.Log(g.Scale(g.Sqrt(g.Scale(g.Sqr(p[0]), 1, 1)), 1, 0.5f)))),
        ["Sin Cos"] = ([[4]], (b, g, p) => Weighted(b, g.Cos(g.Sin(p[0])))),
        ["Tanh Sigmoid"] = ([[4]], (b, g, p) => Weighted(b, g.Sigmoid(g.Tanh(p[0])))),
        ["Silu Relu Abs Neg"] = ([[8]], (b, g, p) => Weighted(b, g.Add(g.Silu(p[0]), g.Add(g.Relu(p[0]), g.Neg(g.Abs(p[0])))))),
        ["Exp Expm1 Softplus"] = ([[4]], (b, g, p) => Weighted(b, g.Add(g.Exp(p[0]), g.Add(g.Expm1(p[0]), g.Softplus(p[0]))))),
        ["SumRows Mean"] = ([[4, 3]], (b, g, p) => g.Sum(g.Mul(g.SumRows(g.Sqr(p[0])), g.Mean(p[0])))),
        ["Repeat RepeatBack"] = ([[2, 2]], (b, g, p) => Weighted(b, g.RepeatBack(g.Sqr(g.Repeat(p[0], new TensorShape(4, 6))), p[0]))),
        ["RmsNorm"] = ([[8, 3], [8]], (b, g, p) => Weighted(b, g.Mul(g.RmsNorm(p[0], 1e-3f), p[1]))),
        ["MulMat"] = ([[4, 3], [4, 5]], (b, g, p) => Weighted(b, g.MulMat(p[0], p[1]))),
        ["MulMat one matrix for a batch"] = ([[4, 3], [4, 5, 2, 2]], (b, g, p) => Weighted(b, g.MulMat(p[0], p[1]))),
        ["MulMat grouped heads and batch"] = ([[4, 3, 2, 2], [4, 5, 4, 4]], (b, g, p) => Weighted(b, g.MulMat(p[0], p[1]))),
        ["Transpose Permute Cont Reshape"] = ([[4, 3, 2]],
            (b, g, p) => Weighted(b, g.Reshape(g.Cont(g.Permute(g.Transpose(p[0]), 2, 0, 1, 3)), 6, 4))),
        ["Cont of a permuted consumer"] = ([[4, 3]],
            (b, g, p) =>
                Weighted(b, g.MulMat(g.Cont(g.Transpose(g.Cont(g.Transpose(g.Cont(g.Transpose(p[0])))))), g.Cont(g.Transpose(p[0]))))),
        ["View and slice"] = ([[6, 4]], (b, g, p) => Weighted(b, g.Mul(g.Slice(p[0], 0, 1, 3), g.Slice(p[0], 0, 3, 3)))),
        ["Set and Acc"] = ([[4, 3], [2, 3]],
            (b, g, p) => Weighted(b, g.Acc(g.Set(g.Sqr(p[0]), p[1], p[0].Layout.Slice(0, 1, 2)), g.Sin(p[1]), p[0].Layout.Slice(0, 2, 2)))),
        ["Concat"] = ([[4, 2], [4, 3]], (b, g, p) => Weighted(b, g.Concat(p[0], g.Sqr(p[1]), 1))),
        ["Cpy to another tensor"] = ([[4]], (b, g, p) => Weighted(b, g.Cpy(g.Sqr(p[0]), g.NewTensor(GgmlType.F32, 2, 2)))),
        ["GetRows with a row twice"] = ([[4, 5]], (b, g, p) => Weighted(b, g.GetRows(g.Sqr(p[0]), b.I32([3, 0, 3], 3)))),
        ["SoftMax with mask"] = ([[5, 3, 2]], (b, g, p) => Weighted(b, g.SoftMaxExt(g.DiagMaskInf(p[0], 1), scale: 1.5f))),
        ["SoftMax used by one product"] = ([[5, 3], [5, 4]], (b, g, p) => Weighted(b, g.MulMat(p[1], g.SoftMaxExt(g.Scale(p[0], 2))))),
        // The gradient of the sum is shared, so ggml's allocator would place the first result of SoftMaxExtBack over its y.
        ["SoftMax twice under one gradient"] = ([[5, 3], [5, 3]],
            (b, g, p) => Weighted(b, g.Add(g.SoftMaxExt(g.Scale(p[0], 2)), g.SoftMaxExt(g.Scale(p[1], 3))))),
        ["Rope"] = ([[6, 2, 3]], (b, g, p) =>
            Weighted(b, g.RopeExt(p[0], b.I32([0, 3, 9], 3), new RopeParameters { DimensionCount = 4, Mode = RopeMode.Neox }))),
        ["Swiglu"] = ([[4, 3], [4, 3]], (b, g, p) => Weighted(b, g.SwigluSplit(g.Sin(p[0]), p[1]))),
    };

    public static TheoryData<string> Models => [.. s_models.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void Gradient_is_the_slope_of_the_loss(string name)
    {
        (long[][] shapes, Model build) = s_models[name];
        using var bench = new Bench();
        float[][] values = [.. shapes.Select((shape, i) => Bench.Numbers((int)shape.Aggregate(1L, (a, b) => a * b), 31 + i))];
        GgmlTensor[] parameters = [.. shapes.Select((shape, i) => bench.Arena.SetParam(bench.F32(values[i], shape)))];
        GgmlTensor loss = bench.Arena.SetLoss(build(bench, bench.Arena, parameters));
        bench.WriteData();

        // Memory comes from the graph's allocator, so that results share it as in real training.
        using var graph = new ComputeGraph();
        graph.BuildForwardExpand(loss);
        graph.BuildBackwardExpand(bench.Arena);
        foreach (GgmlTensor parameter in parameters)
        {
            bench.Arena.SetOutput(graph.GradientOf(parameter)!);
        }

        bench.Arena.SetOutput(loss);
        graph.Allocate(bench.Backend);
        graph.Compute();
        float[][] gradients = [.. parameters.Select(parameter => graph.GradientOf(parameter)!.ToArray<float>())];

        const float Step = 1e-2f;
        for (int p = 0; p < parameters.Length; p++)
        {
            for (int i = 0; i < values[p].Length; i++)
            {
                double slope = (LossAt(p, i, Step) - LossAt(p, i, -Step)) / (2 * (double)Step);
                Assert.True(Math.Abs(slope - gradients[p][i]) < 0.02 * (1 + Math.Abs(slope)),
                    $"parameter {p} at {i}: slope {slope}, gradient {gradients[p][i]}");
            }
        }

        double LossAt(int p, int i, float step)
        {
            float[] moved = [.. values[p]];
            moved[i] += step;
            parameters[p].Write<float>(moved);
            graph.Compute();
            parameters[p].Write<float>(values[p]);
            return loss.ToArray<float>()[0];
        }
    }

    [Fact]
    public void Operators_without_a_gradient_and_graphs_without_a_loss_are_errors()
    {
        Assert.Contains("SetParam", Refused((g, _) => g.SetLoss(g.Sum(g.NewTensor(GgmlType.F32, 4)))), StringComparison.Ordinal);
        Assert.Contains("SetLoss", Refused((g, p) => g.Sum(p)), StringComparison.Ordinal);
        Assert.Contains("no gradient", Refused((g, p) => g.SetLoss(g.Sum(g.Gelu(p)))), StringComparison.Ordinal);
        Assert.Contains("no gradient", Refused((g, p) => g.SetLoss(g.Sum(g.Norm(p, 1e-5f)))), StringComparison.Ordinal);
        Assert.Contains("f32", Refused((g, p) => g.SetLoss(g.Sum(g.Cast(g.Cast(p, GgmlType.F16), GgmlType.F32)))),
            StringComparison.Ordinal);
        Assert.Contains("mask", Refused((g, p) => g.SetLoss(g.Sum(g.SoftMaxExt(g.NewTensor(GgmlType.F32, 4), p)))),
            StringComparison.Ordinal);

        static string Refused(Func<TensorArena, GgmlTensor, GgmlTensor> build)
        {
            using var arena = new TensorArena(64);
            using var graph = new ComputeGraph(64);
            GgmlTensor parameter = arena.SetParam(arena.NewTensor(GgmlType.F32, 4));
            graph.BuildForwardExpand(build(arena, parameter));
            return Assert.Throws<LlamaException>(() => graph.BuildBackwardExpand(arena)).Message;
        }
    }

    [Fact]
    public void Accumulators_add_up_until_reset()
    {
        using var bench = new Bench();
        using var state = new TensorArena(4);
        GgmlTensor parameter = bench.Arena.SetParam(bench.F32([1, -2], 2));
        GgmlTensor sum = state.NewTensor(GgmlType.F32, 2);
        state.Allocate(bench.Backend);
        bench.WriteData();
        using var graph = new ComputeGraph(64);
        graph.BuildForwardExpand(bench.Arena.SetLoss(bench.Arena.Sum(bench.Arena.Sqr(parameter))));
        graph.BuildBackwardExpand(bench.Arena, new Dictionary<GgmlTensor, GgmlTensor> { [parameter] = sum });
        graph.Allocate(bench.Backend);
        graph.Compute();
        graph.Compute();
        Assert.Equal([4, -8], sum.ToArray<float>());
        graph.Reset();
        graph.Compute();
        Assert.Equal([2, -4], sum.ToArray<float>());
    }

    [Fact]
    public void AdamW_and_Sgd_take_the_steps_of_their_papers()
    {
        using var bench = new Bench();
        float[] w = [1, -2];
        float[] g = [0.5f, -0.25f];
        GgmlTensor adam = bench.Arena.SetParam(bench.F32(w, 2));
        GgmlTensor sgd = bench.Arena.SetParam(bench.F32(w, 2));
        GgmlTensor gradient = bench.F32(g, 2);
        GgmlTensor m = bench.F32([0, 0], 2);
        GgmlTensor v = bench.F32([0, 0], 2);
        GgmlTensor first = bench.Arena.OptStepAdamW(adam, gradient, m, v,
            bench.F32([0.1f, 0.9f, 0.99f, 1e-8f, 0.01f, 1 / (1 - 0.9f), 1 / (1 - 0.99f)], 7));
        GgmlTensor second = bench.Arena.OptStepSgd(sgd, gradient, bench.F32([0.1f, 0.01f], 2));
        bench.ComputeAll(first, second);

        // Adam's first step has the size of the learning rate, against the sign of the gradient.
        Bench.AssertNear([.. w.Select((x, i) => (x * (1 - 0.001f)) - (0.1f * Math.Sign(g[i])))], adam.ToArray<float>(), 1e-4);
        Bench.AssertNear([.. w.Select((x, i) => (x * (1 - 0.001f)) - (0.1f * g[i]))], sgd.ToArray<float>(), 1e-5);
    }

    /// <summary>A loss in which every number has a different weight, so that swapped elements are detected.</summary>
    private static GgmlTensor Weighted(Bench b, GgmlTensor result)
    {
        long[] ne = [result.Shape[0], result.Shape[1], result.Shape[2], result.Shape[3]];
        GgmlTensor weights = b.F32(Bench.Numbers((int)result.Shape.ElementCount, 77), ne);
        return b.Arena.Sum(b.Arena.Mul(result.HasPackedRows() ? result : b.Arena.Cont(result), weights));
    }
}
