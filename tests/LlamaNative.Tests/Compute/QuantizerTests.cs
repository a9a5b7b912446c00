using System.Globalization;
using System.Runtime.InteropServices;
using LlamaNative.Compute;
using LlamaNative.Tensors;
using Xunit.Abstractions;

namespace LlamaNative.Tests.Compute;

/// <summary>Quantizes and dequantizes rows with every type; data, metrics and bounds are from llama.cpp's test-quantize-fns.cpp.</summary>
public sealed class QuantizerTests(ITestOutputHelper output)
{
    private const int Count = 32 * 128;

    // From test-quantize-fns.cpp; types it does not measure have no from_float and get the bound of their neighbours.
    private static readonly Dictionary<GgmlType, double> s_bounds = new()
    {
        [GgmlType.F32] = 1e-9,
        [GgmlType.F16] = 0.002,
        [GgmlType.BF16] = 0.002,
        [GgmlType.Q8_0] = 0.002,
        [GgmlType.Q4_0] = 0.002,
        [GgmlType.Q4_1] = 0.002,
        [GgmlType.Q5_0] = 0.002,
        [GgmlType.Q5_1] = 0.002,
        [GgmlType.Q4_K] = 0.002,
        [GgmlType.Q5_K] = 0.002,
        [GgmlType.Q6_K] = 0.002,
        [GgmlType.IQ4_NL] = 0.002,
        [GgmlType.IQ4_XS] = 0.002,
        [GgmlType.MXFP4] = 0.002,
        [GgmlType.NVFP4] = 0.003,
        [GgmlType.Q3_K] = 0.004,
        [GgmlType.IQ3_S] = 0.004,
        [GgmlType.IQ3_XXS] = 0.005,
        [GgmlType.Q2_K] = 0.0075,
        [GgmlType.IQ2_S] = 0.0075,
        [GgmlType.IQ2_XS] = 0.0075,
        [GgmlType.IQ2_XXS] = 0.0075,
        [GgmlType.TQ1_0] = 0.01,
        [GgmlType.TQ2_0] = 0.01,
        [GgmlType.Q2_0] = 0.01,
        [GgmlType.IQ1_S] = 0.025,
        [GgmlType.IQ1_M] = 0.025,
        [GgmlType.Q1_0] = 0.025,
    };

    // ggml prepares a grid before the first use of these types, which takes up to ten seconds of CPU time: a separate test,
    // so that others run in parallel.
    private static readonly GgmlType[] s_slow = [GgmlType.IQ1_S, GgmlType.IQ1_M, GgmlType.IQ2_XS, GgmlType.IQ2_S];

    [Fact]
    public void Every_type_stays_within_the_error_llama_cpp_allows_it() => Measure(s_bounds.Keys.Except(s_slow));

    [Fact]
    public void Types_with_large_grids_stay_within_their_error_and_survive_extreme_numbers()
    {
        Measure(s_slow);
        SurviveExtremes(s_slow);
    }

    [Fact]
    public void All_types_but_integers_and_intermediate_ones_are_measured() =>
        Assert.Equal(Enum.GetValues<GgmlType>().Where(Quantizer.Supports).Order(), s_bounds.Keys.Order());

    private void Measure(IEnumerable<GgmlType> types)
    {
        float[] numbers = [.. Enumerable.Range(0, Count).Select(i => (float)(0.1 + (2 * MathF.Cos(i))))];
        float[] even = [.. Enumerable.Repeat(1f, 256)];
        output.WriteLine("type       bits error");
        foreach (GgmlType type in types)
        {
            GgmlTypeInfo info = GgmlTypeInfo.Of(type);
            byte[] blocks = new byte[info.RowSize(Count)];
            float[] back = new float[Count];
            Assert.Equal(blocks.Length,
                Quantizer.Quantize(type, numbers, 256, blocks, Quantizer.RequiresImportanceMatrix(type) ? even : default));
            Quantizer.Dequantize(type, blocks, back);
            double error = Math.Sqrt(numbers.Zip(back, (a, b) => (double)(a - b) * (a - b)).Sum()) / Count;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{info.Name,-9} {info.TypeSize * 8.0 / info.BlockSize,5:F2} {error:F6} (at most {s_bounds[type]})"));
            Assert.True(error < s_bounds[type], $"{info.Name}: {error}");
        }
    }

    [Fact]
    public void A_block_of_Q8_0_is_what_its_definition_says()
    {
        float[] numbers = [.. Enumerable.Range(0, 32).Select(i => (float)(i - 16))];
        byte[] block = new byte[34];
        Quantizer.Quantize(GgmlType.Q8_0, numbers, 32, block);
        Half scale = MemoryMarshal.Read<Half>(block);
        Assert.Equal((Half)(16f / 127), scale);
        Assert.Equal(numbers.Select(v => (sbyte)MathF.Round(v * 127 / 16, MidpointRounding.AwayFromZero)),
            MemoryMarshal.Cast<byte, sbyte>(block.AsSpan(2)).ToArray());
        float[] back = new float[32];
        Quantizer.Dequantize(GgmlType.Q8_0, block, back);
        Assert.Equal(MemoryMarshal.Cast<byte, sbyte>(block.AsSpan(2)).ToArray().Select(q => q * (float)scale), back);
    }

    [Fact]
    public void An_importance_matrix_moves_the_error_to_columns_that_count_less()
    {
        float[] numbers = Bench.Numbers(256 * 8, 3);
        float[] importance = [.. Enumerable.Range(0, 256).Select(i => i % 2 == 0 ? 100f : 0.01f)];
        Assert.True(ErrorOfEven(importance) < ErrorOfEven([]) * 0.9);

        double ErrorOfEven(float[] weights)
        {
            byte[] blocks = new byte[GgmlTypeInfo.Of(GgmlType.Q2_K).RowSize(numbers.Length)];
            float[] back = new float[numbers.Length];
            Quantizer.Quantize(GgmlType.Q2_K, numbers, 256, blocks, weights);
            Quantizer.Dequantize(GgmlType.Q2_K, blocks, back);
            return numbers.Select((v, i) => i % 2 == 0 ? Math.Pow(v - back[i], 2) : 0).Sum();
        }
    }

    // The kernels of the IQ types end the process when sums become NaN.
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e30f)]
    public void Numbers_that_are_not_finite_are_refused_for_every_type(float bad)
    {
        float[] numbers = Bench.Numbers(256, 4);
        numbers[200] = bad;
        byte[] blocks = new byte[2048];
        float[] even = [.. Enumerable.Repeat(1f, 256)];
        foreach (GgmlType type in Enum.GetValues<GgmlType>().Where(Quantizer.Supports))
        {
            Assert.Throws<ArgumentException>(() => Quantizer.Quantize(type, numbers, 256, blocks, even));
            Assert.Throws<ArgumentException>(() => Quantizer.Quantize(type, even, 256, blocks, numbers));
        }
    }

    [Fact]
    public void Extreme_numbers_that_are_finite_do_not_end_the_process() => SurviveExtremes(s_bounds.Keys.Except(s_slow));

    private static void SurviveExtremes(IEnumerable<GgmlType> types)
    {
        var random = new Random(5);
        byte[] blocks = new byte[4096];
        float[] back = new float[512];
        for (int round = 0; round < 40; round++)
        {
            float scale = MathF.Pow(10, random.Next(-40, 8));
            float[] numbers = [.. Enumerable.Range(0, 512)
                .Select(_ => random.Next(4) == 0 ? 0 : ((float)random.NextDouble() - 0.5f) * scale * MathF.Pow(10, random.Next(-8, 1)))];
            float[] importance = [.. Enumerable.Range(0,
                256).Select(_ => random.Next(3) == 0 ? 0 : (float)random.NextDouble() * MathF.Pow(10, random.Next(-30, 8)))];
            if (round % 8 == 0)
            {
                Array.Clear(round % 16 == 0 ? numbers : importance);
            }

            foreach (GgmlType type in types)
            {
                try
                {
                    long bytes = Quantizer.Quantize(type, numbers, 256, blocks, importance);
                    Quantizer.Dequantize(type, blocks.AsSpan(0, (int)bytes), back);
                    Assert.All(back, value => Assert.True(float.IsFinite(value)));
                }
                catch (LlamaException error)
                {
                    Assert.Contains("scale", error.Message, StringComparison.Ordinal); // beyond what a half-precision scale holds
                }
            }
        }
    }

    [Fact]
    public void Wrong_lengths_and_types_are_errors()
    {
        byte[] blocks = new byte[4096];
        float[] numbers = new float[512];
        Assert.Throws<TensorLayoutException>(() => Quantizer.Quantize(GgmlType.Q4_K, numbers, 128, blocks));
        Assert.Throws<TensorLayoutException>(() => Quantizer.Quantize(GgmlType.Q4_0, numbers.AsSpan(0, 48), 32, blocks));
        Assert.Throws<TensorLayoutException>(() => Quantizer.Quantize(GgmlType.Q4_0, numbers, 32, blocks.AsSpan(0, 287)));
        Assert.Throws<TensorLayoutException>(() => Quantizer.Quantize(GgmlType.I32, numbers, 32, blocks));
        Assert.Throws<TensorLayoutException>(() => Quantizer.Quantize(GgmlType.Q8_K, numbers, 256, blocks));
        Assert.Throws<TensorLayoutException>(() => Quantizer.Dequantize(GgmlType.Q8_1, blocks, numbers));
        Assert.Throws<TensorLayoutException>(() => Quantizer.Dequantize(GgmlType.Q4_0, blocks.AsSpan(0, 17), numbers.AsSpan(0, 32)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantizer.Quantize((GgmlType)31, numbers, 32, blocks));
        Assert.Throws<ArgumentException>(() => Quantizer.Quantize(GgmlType.IQ1_S, numbers, 256, blocks));
        Assert.Throws<ArgumentException>(() => Quantizer.Quantize(GgmlType.Q4_0, numbers, 256, blocks, new float[255]));
        Assert.Throws<ArgumentException>(() => Quantizer.Quantize(GgmlType.Q4_0, numbers, 256, blocks, [.. Enumerable.Repeat(-1f, 256)]));
        Assert.Equal(0, Quantizer.Quantize(GgmlType.Q4_0, [], 32, []));
    }
}
