using System.Numerics.Tensors;
using LLama;
using LLama.Common;
using LLama.Native;

namespace Comparison;

internal static class Embeddings
{
    public static async Task RunAsync(string path)
    {
        var parameters = new ModelParams(path) { Embeddings = true, PoolingType = LLamaPoolingType.Mean };
        using LLamaWeights model = LLamaWeights.LoadFromFile(parameters);
        using var embedder = new LLamaEmbedder(model, parameters);
        float[] lemon = (await embedder.GetEmbeddings("A lemon is yellow."))[0];
        foreach (string text in new[] { "A banana is yellow.", "Tokyo is the capital of Japan." })
        {
            float[] other = (await embedder.GetEmbeddings(text))[0];
            Console.WriteLine($"{TensorPrimitives.CosineSimilarity(lemon, other):F2} {text}");
        }
    }
}
