using LlamaNative.Compute;

namespace LlamaNative.Tests.Compute;

/// <summary>Element-wise operators, compared with .NET's arithmetic.</summary>
public sealed class ElementwiseTests
{
    public static TheoryData<string> Activations => [.. s_activations.Keys];

    private static readonly Dictionary<string, (Func<TensorArena, GgmlTensor, GgmlTensor> Operator,
        Func<double, double> Expected)> s_activations = new()
        {
            ["Sqr"] = ((g, a) => g.Sqr(a), x => x * x),
            ["Sqrt"] = ((g, a) => g.Sqrt(g.Abs(a)), x => Math.Sqrt(Math.Abs(x))),
            ["Log"] = ((g, a) => g.Log(g.Abs(a)), x => Math.Log(Math.Abs(x))),
            ["Sin"] = ((g, a) => g.Sin(a), Math.Sin),
            ["Cos"] = ((g, a) => g.Cos(a), Math.Cos),
            ["Abs"] = ((g, a) => g.Abs(a), Math.Abs),
            ["Sgn"] = ((g, a) => g.Sgn(a), x => Math.Sign(x)),
            ["Neg"] = ((g, a) => g.Neg(a), x => -x),
            ["Step"] = ((g, a) => g.Step(a), x => x > 0 ? 1 : 0),
            ["Tanh"] = ((g, a) => g.Tanh(a), Math.Tanh),
            ["Elu"] = ((g, a) => g.Elu(a), x => x > 0 ? x : Math.Exp(x) - 1),
            ["Relu"] = ((g, a) => g.Relu(a), x => Math.Max(x, 0)),
            ["LeakyRelu"] = ((g, a) => g.LeakyRelu(a, 0.1f), x => x > 0 ? x : x * 0.1),
            ["Sigmoid"] = ((g, a) => g.Sigmoid(a), x => 1 / (1 + Math.Exp(-x))),
            ["Silu"] = ((g, a) => g.Silu(a), x => x / (1 + Math.Exp(-x))),
            ["Exp"] = ((g, a) => g.Exp(a), Math.Exp),
            ["Expm1"] = ((g, a) => g.Expm1(a), x => Math.Exp(x) - 1),
            ["Softplus"] = ((g, a) => g.Softplus(a), x => Math.Log(1 + Math.Exp(x))),
            ["Gelu"] = ((g, a) => g.Gelu(a), x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))),
            ["GeluQuick"] = ((g, a) => g.GeluQuick(a), x => x / (1 + Math.Exp(-1.702 * x))),
            ["Scale"] = ((g, a) => g.Scale(a, 3, -2), x => (3 * x) - 2),
            ["Clamp"] = ((g, a) => g.Clamp(a, -0.5f, 0.25f), x => Math.Clamp(x, -0.5, 0.25)),
            ["Fill"] = ((g, a) => g.Fill(a, 7), _ => 7),
            ["Dup"] = ((g, a) => g.Dup(a), x => x),
        };

    [Theory]
    [MemberData(nameof(Activations))]
    public void Operator_of_one_operand(string name)
    {
        using var bench = new Bench();
        float[] x = Bench.Numbers(35, seed: name.Length, scale: 3);
        float[] y = bench.Compute(s_activations[name].Operator(bench.Arena, bench.F32(x, 7, 5)));

        // GELU reads a table indexed by half floats.
        double tolerance = name.StartsWith("Gelu", StringComparison.Ordinal) ? 2e-3 : 2e-5;
        Bench.AssertNear([.. x.Select(value => (float)s_activations[name].Expected(value))], y, tolerance);
    }

    [Fact]
    public void Arithmetic_repeats_the_smaller_operand()
    {
        float[] a = [1, 2, 3, 4, 5, 6];
        float[] b = [10, 20];
        Assert.Equal([11, 22, 13, 24, 15, 26], Of((g, x, y) => g.Add(x, y)));
        Assert.Equal([-9, -18, -7, -16, -5, -14], Of((g, x, y) => g.Sub(x, y)));
        Assert.Equal([10, 40, 30, 80, 50, 120], Of((g, x, y) => g.Mul(x, y)));
        Bench.AssertNear([0.1f, 0.1f, 0.3f, 0.2f, 0.5f, 0.3f], Of((g, x, y) => g.Div(x, y)));

        float[] Of(Func<TensorArena, GgmlTensor, GgmlTensor, GgmlTensor> op)
        {
            using var bench = new Bench();
            return bench.Compute(op(bench.Arena, bench.F32(a, 2, 3), bench.F32(b, 2)));
        }
    }

    [Fact]
    public void Gated_units_split_and_whole()
    {
        float[] gate = [-1, 0.5f, 2, 0];
        float[] up = [3, -2, 0.25f, 9];
        float[] expected = [.. gate.Zip(up, (x, y) => x / (1 + MathF.Exp(-x)) * y)];
        using var bench = new Bench();
        GgmlTensor split = bench.Arena.SwigluSplit(bench.F32(gate, 2, 2), bench.F32(up, 2, 2));
        GgmlTensor whole = bench.Arena.Swiglu(bench.F32([-1, 0.5f, 3, -2, 2, 0, 0.25f, 9], 4, 2));
        GgmlTensor swapped = bench.Arena.Swiglu(bench.F32([3, -2, -1, 0.5f, 0.25f, 9, 2, 0], 4, 2), swapped: true);
        GgmlTensor relu = bench.Arena.RegluSplit(bench.F32(gate, 2, 2), bench.F32(up, 2, 2));
        bench.ComputeAll(split, whole, swapped, relu);
        Bench.AssertNear(expected, split.ToArray<float>(), 1e-5);
        Bench.AssertNear(expected, whole.ToArray<float>(), 1e-5);
        Bench.AssertNear(expected, swapped.ToArray<float>(), 1e-5);
        Assert.Equal([0, -1, 0.5f, 0], relu.ToArray<float>());
    }
}
