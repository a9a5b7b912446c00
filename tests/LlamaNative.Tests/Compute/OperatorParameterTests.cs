using LlamaNative.Compute;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>
/// Each parameter gets a distinct number and is read back from where ggml stored it. If these fail, the gradients of an
/// operator are computed with another parameter's value.
/// </summary>
public sealed class OperatorParameterTests
{
    [Fact]
    public void Rope()
    {
        using var bench = new Bench();
        var given = new RopeParameters
        {
            DimensionCount = 4,
            Mode = RopeMode.Neox,
            OriginalContextLength = 3,
            FrequencyBase = 5,
            FrequencyScale = 6,
            ExtrapolationFactor = 7,
            AttentionFactor = 8,
            BetaFast = 9,
            BetaSlow = 10,
        };
        GgmlTensor y = bench.Arena.RopeExt(bench.F32(new float[12], 6, 1, 2), bench.I32([0, 1], 2), given);
        Assert.Equal(given, new RopeParameters
        {
            DimensionCount = y.Parameter(OperatorParameter.RopeDimensions),
            Mode = (RopeMode)y.Parameter(OperatorParameter.RopeMode),
            OriginalContextLength = y.Parameter(OperatorParameter.RopeOriginalContext),
            FrequencyBase = y.FloatParameter(OperatorParameter.RopeFrequencyBase),
            FrequencyScale = y.FloatParameter(OperatorParameter.RopeFrequencyScale),
            ExtrapolationFactor = y.FloatParameter(OperatorParameter.RopeExtFactor),
            AttentionFactor = y.FloatParameter(OperatorParameter.RopeAttnFactor),
            BetaFast = y.FloatParameter(OperatorParameter.RopeBetaFast),
            BetaSlow = y.FloatParameter(OperatorParameter.RopeBetaSlow),
        });
    }

    [Fact]
    public void Functions()
    {
        using var bench = new Bench();
        GgmlTensor x = bench.F32(new float[4], 4);
        Assert.Equal(GgmlUnaryOp.Silu, (GgmlUnaryOp)bench.Arena.Silu(x).Parameter(OperatorParameter.Function));
        Assert.Equal(GgmlGluOp.Swiglu, (GgmlGluOp)bench.Arena.Swiglu(x).Parameter(OperatorParameter.Function));
    }

    [Fact]
    public void Numbers_of_one_operand()
    {
        using var bench = new Bench();
        GgmlTensor x = bench.F32(new float[12], 4, 3);
        Assert.Equal(0.25f, bench.Arena.Scale(x, 0.25f, 3).FloatParameter(OperatorParameter.Scale));
        Assert.Equal(0.5f, bench.Arena.RmsNorm(x, 0.5f).FloatParameter(OperatorParameter.Epsilon));
        Assert.Equal(2, bench.Arena.DiagMaskInf(x, 2).Parameter(OperatorParameter.Past));
        Assert.Equal(3, bench.Arena.DiagMaskZero(x, 3).Parameter(OperatorParameter.Past));
        GgmlTensor softMax = bench.Arena.SoftMaxExt(x, bench.F32(new float[12], 4, 3), scale: 0.5f, maxBias: 8);
        Assert.Equal((0.5f, 8f), (softMax.FloatParameter(OperatorParameter.Scale), softMax.FloatParameter(OperatorParameter.MaxBias)));
    }

    [Fact]
    public void Places()
    {
        using var bench = new Bench();
        GgmlTensor x = bench.F32(new float[210], 7, 5, 3, 2);
        Assert.Equal(3, bench.Arena.Concat(x, x, 3).Parameter(OperatorParameter.Dimension));
        GgmlTensor permuted = bench.Arena.Permute(x, 2, 0, 3, 1);
        Assert.Equal([2, 0, 3, 1], Enumerable.Range(OperatorParameter.Axes, 4).Select(permuted.Parameter));

        // Three rows of two elements from the third row on; the strides are those of x.
        var place = new TensorLayout(GgmlType.F32, new TensorShape(2, 3), Dims.Of(4, 28, 140, 420), 56);
        GgmlTensor b = bench.F32(new float[6], 2, 3);
        foreach (GgmlTensor set in new[] { bench.Arena.Set(x, b, place), bench.Arena.Acc(x, b, place) })
        {
            Assert.Equal(28, set.Parameter(OperatorParameter.Stride1));
            Assert.Equal(140, set.Parameter(OperatorParameter.Stride2));
            Assert.Equal(420, set.Parameter(OperatorParameter.Stride3));
            Assert.Equal(56, set.Parameter(OperatorParameter.Offset));
        }
    }
}
