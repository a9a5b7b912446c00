using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>
/// A LLaMA with two layers, grouped heads and tied embeddings, from tokens to logits, compared with an implementation in plain
/// loops; and a few training steps, which must reduce the loss.
/// </summary>
public sealed class TransformerTests
{
    private const int Width = 16;
    private const int Heads = 4;
    private const int KeyHeads = 2;
    private const int HeadWidth = Width / Heads;
    private const int Hidden = 24;
    private const int Vocabulary = 11;
    private const float Eps = 1e-5f;
    private static readonly int[] s_tokens = [3, 7, 1, 10, 7];

    [Fact]
    public void Forward_pass_is_that_of_plain_loops()
    {
        using var bench = new Bench();
        var weights = new Weights(seed: 5);
        GgmlTensor logits = Build(bench, weights.Tensors(bench));
        Bench.AssertNear(Forward(weights), bench.Compute(logits), 2e-5);
    }

    [Fact]
    public void Training_makes_the_loss_small()
    {
        using var bench = new Bench();
        var weights = new Weights(seed: 6);
        GgmlTensor[] tensors = weights.Tensors(bench);
        Array.ForEach(tensors, tensor => bench.Arena.SetParam(tensor));
        GgmlTensor logits = Build(bench, tensors);
        float[] labels = new float[Vocabulary * s_tokens.Length];
        for (int i = 0; i < s_tokens.Length; i++)
        {
            labels[(i * Vocabulary) + ((s_tokens[i] + 4) % Vocabulary)] = 1;
        }

        GgmlTensor loss = bench.Arena.SetOutput(
            bench.Arena.SetLoss(bench.Arena.CrossEntropyLoss(logits, bench.F32(labels, Vocabulary, s_tokens.Length))));
        GgmlTensor settings = bench.F32(new float[7], 7);
        using var state = new TensorArena(64);
        using var graph = new ComputeGraph();
        graph.BuildForwardExpand(loss);
        graph.BuildBackwardExpand(bench.Arena);
        foreach (GgmlTensor tensor in tensors)
        {
            GgmlTensor m = state.NewTensor(GgmlType.F32, tensor.Shape);
            GgmlTensor v = state.NewTensor(GgmlType.F32, tensor.Shape);
            graph.BuildForwardExpand(bench.Arena.OptStepAdamW(tensor, graph.GradientOf(tensor)!, m, v, settings));
        }

        state.Allocate(bench.Backend);
        bench.WriteData();
        graph.Allocate(bench.Backend);
        float first = 0;
        for (int step = 1; step <= 60; step++)
        {
            settings.Write<float>([0.02f, 0.9f, 0.99f, 1e-8f, 0, 1 / (1 - MathF.Pow(0.9f, step)), 1 / (1 - MathF.Pow(0.99f, step))]);
            graph.Compute();
            first = step == 1 ? loss.ToArray<float>()[0] : first;
        }

        Assert.InRange(first, 1.5f, 4f); // untrained, about ln 11
        Assert.InRange(loss.ToArray<float>()[0], 0, 0.1f);
    }

    private static GgmlTensor Build(Bench bench, GgmlTensor[] w)
    {
        TensorArena g = bench.Arena;
        int n = s_tokens.Length;
        var rope = new RopeParameters { DimensionCount = HeadWidth };
        GgmlTensor positions = bench.I32([.. Enumerable.Range(0, n)], n);
        GgmlTensor x = g.GetRows(w[0], bench.I32(s_tokens, n));
        for (int layer = 0; layer < 2; layer++)
        {
            GgmlTensor[] l = w[(1 + (layer * 9))..];
            GgmlTensor normed = g.Mul(g.RmsNorm(x, Eps), l[0]);
            GgmlTensor q = g.RopeExt(g.Reshape(g.MulMat(l[1], normed), HeadWidth, Heads, n), positions, rope);
            GgmlTensor k = g.RopeExt(g.Reshape(g.MulMat(l[2], normed), HeadWidth, KeyHeads, n), positions, rope);
            GgmlTensor v = g.Reshape(g.MulMat(l[3], normed), HeadWidth, KeyHeads, n);
            GgmlTensor scores = g.MulMat(g.Permute(k, 0, 2, 1, 3), g.Permute(q, 0, 2, 1, 3));
            GgmlTensor weights = g.SoftMaxExt(g.DiagMaskInf(scores, 0), scale: 1 / MathF.Sqrt(HeadWidth));
            GgmlTensor mixed = g.MulMat(g.Cont(g.Permute(v, 1, 2, 0, 3)), weights);
            GgmlTensor joined = g.Reshape(g.Cont(g.Permute(mixed, 0, 2, 1, 3)), Width, n);
            x = g.Add(x, g.MulMat(l[4], joined));
            GgmlTensor inner = g.Mul(g.RmsNorm(x, Eps), l[5]);
            x = g.Add(x, g.MulMat(l[8], g.SwigluSplit(g.MulMat(l[6], inner), g.MulMat(l[7], inner))));
        }

        return g.MulMat(w[0], g.Mul(g.RmsNorm(x, Eps), w[^1]));
    }

    private static float[] Forward(Weights weights)
    {
        float[][] w = weights.Values;
        int n = s_tokens.Length;
        float[] x = [.. s_tokens.SelectMany(token => w[0].AsSpan(token * Width, Width).ToArray())];
        for (int layer = 0; layer < 2; layer++)
        {
            float[][] l = w[(1 + (layer * 9))..];
            float[] normed = Norm(x, l[0]);
            float[] q = Rope(Reference.Linear(l[1], normed, Width, Width), Heads);
            float[] k = Rope(Reference.Linear(l[2], normed, Width, KeyHeads * HeadWidth), KeyHeads);
            float[] v = Reference.Linear(l[3], normed, Width, KeyHeads * HeadWidth);
            x = Sum(x, Reference.Linear(l[4], Attend(q, k, v), Width, Width));
            float[] inner = Norm(x, l[5]);
            float[] gate = Reference.Linear(l[6], inner, Width, Hidden);
            float[] up = Reference.Linear(l[7], inner, Width, Hidden);
            x = Sum(x, Reference.Linear(l[8], [.. gate.Zip(up, (a, b) => Reference.Silu(a) * b)], Hidden, Width));
        }

        return Reference.Linear(w[0], Norm(x, w[^1]), Width, Vocabulary);

        static float[] Norm(float[] x, float[] weight) =>
            Reference.PerRow(x, Width, row => [.. Reference.RmsNorm(row, Eps).Zip(weight, (a, b) => a * b)]);

        static float[] Sum(float[] a, float[] b) => [.. a.Zip(b, (x, y) => x + y)];

        static float[] Rope(float[] x, int heads)
        {
            float[] turned = (float[])x.Clone();
            for (int pair = 0; pair < x.Length / 2; pair++)
            {
                int token = pair / (heads * HeadWidth / 2);
                double angle = token * Math.Pow(10000, -2.0 * (pair % (HeadWidth / 2)) / HeadWidth);
                (double a, double b) = (x[2 * pair], x[(2 * pair) + 1]);
                turned[2 * pair] = (float)((a * Math.Cos(angle)) - (b * Math.Sin(angle)));
                turned[(2 * pair) + 1] = (float)((a * Math.Sin(angle)) + (b * Math.Cos(angle)));
            }

            return turned;
        }

        float[] Attend(float[] q, float[] k, float[] v)
        {
            float[] result = new float[n * Width];
            for (int token = 0; token < n; token++)
            {
                for (int head = 0; head < Heads; head++)
                {
                    int group = head / (Heads / KeyHeads);
                    float[] scores = [.. Enumerable.Range(0, token + 1).Select(past => Enumerable.Range(0, HeadWidth).Sum(i =>
                        q[(((token * Heads) + head) * HeadWidth) + i] * k[(((past * KeyHeads) + group) * HeadWidth) + i])
                        / MathF.Sqrt(HeadWidth))];
                    float[] shares = Reference.SoftMax(scores);
                    for (int i = 0; i < HeadWidth; i++)
                    {
                        result[(((token * Heads) + head) * HeadWidth) + i] = shares.Select(
                            (share, past) => share * v[(((past * KeyHeads) + group) * HeadWidth) + i]).Sum();
                    }
                }
            }

            return result;
        }
    }

    private sealed class Weights
    {
        private static readonly long[][] s_layer =
        [
            [Width], [Width, Width], [Width, KeyHeads * HeadWidth], [Width, KeyHeads * HeadWidth], [Width, Width],
            [Width], [Width, Hidden], [Width, Hidden], [Hidden, Width],
        ];

        private readonly long[][] _shapes = [[Width, Vocabulary], .. s_layer, .. s_layer, [Width]];

        public Weights(int seed) => Values = [.. _shapes.Select((shape, i) =>
            Bench.Numbers((int)shape.Aggregate(1L, (a, b) => a * b), seed + i, shape.Length == 1 ? 1 : 0.5f))];

        public float[][] Values { get; }

        public GgmlTensor[] Tensors(Bench bench) => [.. _shapes.Select((shape, i) => bench.F32(Values[i], shape))];
    }
}
