using LLama;
using LLama.Common;
using LLama.Sampling;

namespace Comparison;

internal static class GenerateText
{
    public static async Task RunAsync(string path)
    {
        var parameters = new ModelParams(path);
        using LLamaWeights model = LLamaWeights.LoadFromFile(parameters);
        var executor = new StatelessExecutor(model, parameters);
        var options = new InferenceParams { MaxTokens = 40, SamplingPipeline = new GreedySamplingPipeline() };
        await foreach (string piece in executor.InferAsync("Once upon a time", options))
        {
            Console.Write(piece);
        }
    }
}
