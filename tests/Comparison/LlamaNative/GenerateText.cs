using LlamaNative;

namespace Comparison;

internal static class GenerateText
{
    public static async Task RunAsync(string path)
    {
        using LlamaModel model = LlamaModel.Load(path);
        using var context = new LlamaContext(model);
        var generator = new TextGenerator(context);
        var options = new GenerationOptions { MaxTokens = 40, Sampling = SamplingOptions.Greedy };
        await foreach (string piece in generator.StreamAsync("Once upon a time", options))
        {
            Console.Write(piece);
        }
    }
}
