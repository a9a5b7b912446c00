using System.Numerics.Tensors;
using LlamaNative;
using LlamaNative.Contexts;

namespace Comparison;

internal static class Embeddings
{
    public static async Task RunAsync(string path)
    {
        using LlamaModel model = LlamaModel.Load(path);
        using var embedder = new TextEmbedder(model, new() { PoolingType = PoolingType.Mean });
        float[] lemon = (await embedder.EmbedAsync("A lemon is yellow.")).Vector;
        foreach (string text in new[] { "A banana is yellow.", "Tokyo is the capital of Japan." })
        {
            float[] other = (await embedder.EmbedAsync(text)).Vector;
            Console.WriteLine($"{TensorPrimitives.CosineSimilarity(lemon, other):F2} {text}");
        }
    }
}
