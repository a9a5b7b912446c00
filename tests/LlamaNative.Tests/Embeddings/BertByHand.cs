namespace LlamaNative.Tests.Embeddings;

/// <summary>
/// The forward pass of BERT (arXiv:1810.04805: post-norm, GELU, absolute positions) over a model file's weights, in plain doubles.
/// </summary>
internal sealed class BertByHand(ModelFile file)
{
    private const int Heads = 2;
    private const int N = ModelFile.Embedding;

    public float[][] Run(int[] tokens)
    {
        double[][] x = [.. tokens.Select((token, position) => Norm("token_embd_norm", [.. Enumerable.Range(0, N).Select(i =>
            (double)W("token_embd.weight")[(token * N) + i] + W("token_types.weight")[i]
            + W("position_embd.weight")[(position * N) + i])]))];
        for (int layer = 0; layer < ModelFile.Layers; layer++)
        {
            string name = $"blk.{layer}.";
            double[][] attended = Attention(name, x);
            double[][] middle = [.. x.Select(
                (row, i) => Norm(name + "attn_output_norm", Sum(row, Linear(name + "attn_output", attended[i]))))];
            x = [.. middle.Select(row =>
                Norm(name + "layer_output_norm", Sum(row, Linear(name + "ffn_down", [.. Linear(name + "ffn_up", row).Select(Gelu)]))))];
        }

        return [.. x.Select(row => Array.ConvertAll(row, value => (float)value))];
    }

    public double[] Linear(string name, double[] x)
    {
        float[] weight = W(name + ".weight");
        float[] bias = W(name + ".bias");
        return [.. bias.Select((b, o) => b + x.Select((value, i) => value * weight[(o * x.Length) + i]).Sum())];
    }

    private double[][] Attention(string name, double[][] x)
    {
        const int Width = N / Heads;
        double[][] q = [.. x.Select(row => Linear(name + "attn_q", row))];
        double[][] k = [.. x.Select(row => Linear(name + "attn_k", row))];
        double[][] v = [.. x.Select(row => Linear(name + "attn_v", row))];
        double[][] result = [.. x.Select(_ => new double[N])];
        for (int head = 0; head < Heads; head++)
        {
            int from = head * Width;
            for (int i = 0; i < x.Length; i++)
            {
                double[] scores = [.. k.Select(
                    key => Math.Exp(Enumerable.Range(from, Width).Sum(d => q[i][d] * key[d]) / Math.Sqrt(Width)))];
                for (int d = from; d < from + Width; d++)
                {
                    result[i][d] = scores.Select((score, j) => score * v[j][d]).Sum() / scores.Sum();
                }
            }
        }

        return result;
    }

    private double[] Norm(string name, double[] x)
    {
        double mean = x.Average();
        double deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + 1e-5);
        return [.. x.Select((value, i) => ((value - mean) / deviation * W(name + ".weight")[i]) + W(name + ".bias")[i])];
    }

    private float[] W(string name) => file.Tensors[name].Values;

    private static double[] Sum(double[] left, double[] right) => [.. left.Zip(right, (l, r) => l + r)];

    private static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));
}
