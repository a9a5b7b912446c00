using Llama3FromScratch.Model;
using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace Llama3FromScratch.Trace;

/// <summary>Shows that picking a row by id equals a matrix product: a one-hot row times the embedding matrix.</summary>
internal static class OneHot
{
    /// <summary>The largest difference between picked rows and that product; null if ggml has no kernel for the type (BF16).</summary>
    public static double? Difference(LlamaWeights weights, Backend backend, ReadOnlySpan<int> ids, ReadOnlySpan<float> picked)
    {
        GgmlTensor embedding = weights.Embedding;
        if (embedding.Type == GgmlType.BF16)
        {
            return null;
        }

        int vocabulary = (int)embedding.Shape[1];
        float[] ones = new float[ids.Length * vocabulary];
        for (int i = 0; i < ids.Length; i++)
        {
            ones[(i * vocabulary) + ids[i]] = 1;
        }

        using var inputs = new TensorArena(2);
        GgmlTensor rows = inputs.NewTensor(GgmlType.F32, vocabulary, ids.Length);
        inputs.Allocate(backend);
        rows.Write<float>(ones);

        // [n×vocabulary] · [vocabulary×width] = [n×width], as a sum of outer products over the vocabulary.
        using var g = new TensorArena(4);
        using var graph = new ComputeGraph(8);
        GgmlTensor product = g.SetOutput(g.OutProd(embedding, g.Cont(g.Transpose(rows))));
        graph.BuildForwardExpand(product);
        graph.Allocate(backend);
        graph.Compute();

        float[] values = product.ToArray<float>();
        double largest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(values[i] - picked[i]));
        }

        return largest;
    }
}
