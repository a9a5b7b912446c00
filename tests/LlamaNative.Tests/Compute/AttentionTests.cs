using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>Normalization, rotary embedding, softmax and attention, compared with plain loops.</summary>
public sealed class AttentionTests
{
    [Fact]
    public void Normalisations()
    {
        using var bench = new Bench();
        float[] x = Bench.Numbers(12, 1, scale: 2);
        GgmlTensor a = bench.F32(x, 4, 3);
        GgmlTensor rms = bench.Arena.RmsNorm(a, 1e-5f);
        GgmlTensor norm = bench.Arena.Norm(a, 1e-5f);
        GgmlTensor l2 = bench.Arena.L2Norm(a, 1e-5f);
        bench.ComputeAll(rms, norm, l2);
        Bench.AssertNear(Reference.PerRow(x, 4, row => Reference.RmsNorm(row, 1e-5)), rms.ToArray<float>());
        Bench.AssertNear(Reference.PerRow(x, 4, row =>
        {
            double mean = row.Average(v => (double)v);
            double scale = 1 / Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + 1e-5);
            return [.. row.Select(v => (float)((v - mean) * scale))];
        }), norm.ToArray<float>());
        Bench.AssertNear(Reference.PerRow(x, 4, row => [.. row.Select(v => v / (float)Math.Sqrt(row.Sum(w => (double)w * w)))]),
            l2.ToArray<float>());
    }

    [Theory]
    [InlineData(RopeMode.Normal, 6)]
    [InlineData(RopeMode.Normal, 4)]
    [InlineData(RopeMode.Neox, 6)]
    [InlineData(RopeMode.Neox, 4)]
    public void Rope_turns_pairs_by_their_position_and_back(RopeMode mode, int dimensions)
    {
        using var bench = new Bench();
        float[] x = Bench.Numbers(6 * 2 * 3, 2);
        int[] positions = [5, 0, 17];
        float[] factors = [1, 2, 4];
        var parameters = new RopeParameters { DimensionCount = dimensions, Mode = mode, FrequencyBase = 500, FrequencyScale = 0.5f };
        GgmlTensor a = bench.F32(x, 6, 2, 3);
        GgmlTensor p = bench.I32(positions, 3);
        GgmlTensor f = bench.F32(factors, 3);
        GgmlTensor turned = bench.Arena.RopeExt(a, p, parameters, f);
        GgmlTensor back = bench.Arena.RopeExtBack(turned, p, parameters, f);
        bench.ComputeAll(turned, back);
        float[] expected = (float[])x.Clone();
        for (int row = 0; row < 6; row++)
        {
            for (int pair = 0; pair < dimensions / 2; pair++)
            {
                (int first, int second) = mode == RopeMode.Normal ? (2 * pair, (2 * pair) + 1) : (pair, pair + (dimensions / 2));
                double angle = positions[row / 2] * Math.Pow(500, -2.0 * pair / dimensions) / factors[pair] * 0.5;
                (double u, double v) = (x[(row * 6) + first], x[(row * 6) + second]);
                expected[(row * 6) + first] = (float)((u * Math.Cos(angle)) - (v * Math.Sin(angle)));
                expected[(row * 6) + second] = (float)((u * Math.Sin(angle)) + (v * Math.Cos(angle)));
            }
        }

        Bench.AssertNear(expected, turned.ToArray<float>());
        Bench.AssertNear(x, back.ToArray<float>());
    }

    [Fact]
    public void SoftMax_with_scale_and_mask_and_the_causal_mask()
    {
        using var bench = new Bench();
        float[] x = Bench.Numbers(4 * 3 * 2, 3, scale: 4);
        float[] mask = new float[4 * 3];
        mask[1] = float.NegativeInfinity;
        mask[6] = -2;
        GgmlTensor a = bench.F32(x, 4, 3, 2);
        GgmlTensor soft = bench.Arena.SoftMaxExt(a, bench.F32(mask, 4, 3), scale: 0.5f);
        GgmlTensor causal = bench.Arena.SoftMaxExt(bench.Arena.DiagMaskInf(a, 1));
        bench.ComputeAll(soft, causal);
        float[] masked = [.. x.Select((v, i) => (v * 0.5f) + mask[i % 12])];
        Bench.AssertNear(Reference.PerRow(masked, 4, Reference.SoftMax), soft.ToArray<float>());
        float[] hidden = [.. x.Select((v, i) => i % 4 > (i / 4 % 3) + 1 ? float.NegativeInfinity : v)];
        Bench.AssertNear(Reference.PerRow(hidden, 4, Reference.SoftMax), causal.ToArray<float>());
    }

    [Theory]
    [InlineData(GgmlType.F32)]
    [InlineData(GgmlType.F16)]
    public void FlashAttnExt_is_attention_with_grouped_heads(GgmlType cache)
    {
        const int Length = 16;
        const int Queries = 5;
        const int Keys = 7;
        const int Heads = 4;
        const int KeyHeads = 2;
        using var bench = new Bench();
        float[] q = Bench.Numbers(Length * Queries * Heads, 4);
        float[] k = Bench.Numbers(Length * Keys * KeyHeads, 5);
        float[] v = Bench.Numbers(Length * Keys * KeyHeads, 6);
        float[] mask = [.. Enumerable.Range(0, Keys * Queries).Select(i => i % Keys > (i / Keys) + 2 ? float.NegativeInfinity : 0)];
        GgmlTensor result = bench.Arena.FlashAttnExt(
            bench.F32(q, Length, Queries, Heads),
            bench.Stored(cache, k, Length, Keys, KeyHeads),
            bench.Stored(cache, v, Length, Keys, KeyHeads),
            bench.Arena.Cast(bench.F32(mask, Keys, Queries), GgmlType.F16),
            scale: 0.25f);
        float[] actual = bench.Compute(result);
        float[] expected = new float[Length * Heads * Queries];
        for (int head = 0; head < Heads; head++)
        {
            int group = head / (Heads / KeyHeads);
            for (int query = 0; query < Queries; query++)
            {
                float[] scores = [.. Enumerable.Range(0, Keys).Select(key => mask[(query * Keys) + key]
                    + (0.25f * Enumerable.Range(0,
                        Length).Sum(i => q[(((head * Queries) + query) * Length) + i] * k[(((group * Keys) + key) * Length) + i])))];
                float[] weights = Reference.SoftMax(scores);
                for (int i = 0; i < Length; i++)
                {
                    expected[(((query * Heads) + head) * Length) + i] = Enumerable.Range(0,
                        Keys).Sum(key => weights[key] * v[(((group * Keys) + key) * Length) + i]);
                }
            }
        }

        Bench.AssertNear(expected, actual, cache == GgmlType.F32 ? 1e-4 : 2e-3);
    }

    [Fact]
    public void CrossEntropyLoss_is_the_mean_over_rows()
    {
        using var bench = new Bench();
        float[] logits = Bench.Numbers(10, 7, scale: 3);
        float[] labels = [0, 1, 0, 0, 0, 0.25f, 0, 0.75f, 0, 0];
        float[] actual = bench.Compute(bench.Arena.CrossEntropyLoss(bench.F32(logits, 5, 2), bench.F32(labels, 5, 2)));
        float[] probabilities = Reference.PerRow(logits, 5, Reference.SoftMax);
        double expected = -probabilities.Select((p, i) => labels[i] * Math.Log(p)).Sum() / 2;
        Assert.Equal(expected, actual[0], 5);
    }
}
