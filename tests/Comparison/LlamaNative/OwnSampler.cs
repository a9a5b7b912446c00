using LlamaNative;
using LlamaNative.Sampling;

namespace Comparison;

internal static class OwnSampler
{
    public static async Task RunAsync(string path)
    {
        using LlamaModel model = LlamaModel.Load(path);
        using var context = new LlamaContext(model);
        var generator = new TextGenerator(context);
        var options = new GenerationOptions
        {
            MaxTokens = 8,
            Sampler = vocabulary => new SamplerChainBuilder(vocabulary).TopK(10).Add(new SecondBest()).Greedy().Build(),
        };
        GenerationResult result = await generator.GenerateAsync("Once upon a time", options);
        Console.WriteLine(result.Text);
    }

    /// <summary>Forbids the most probable token; after top-k the candidates are sorted.</summary>
    private sealed class SecondBest : CustomSampler
    {
        public override void Apply(TokenCandidates candidates)
        {
            candidates.Items[0].Logit = float.NegativeInfinity;
            candidates.IsSorted = false;
        }
    }
}
