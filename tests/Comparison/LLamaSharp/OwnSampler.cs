using LLama;
using LLama.Common;
using LLama.Native;
using LLama.Sampling;

namespace Comparison;

internal static class OwnSampler
{
    public static async Task RunAsync(string path)
    {
        var parameters = new ModelParams(path);
        using LLamaWeights model = LLamaWeights.LoadFromFile(parameters);
        var executor = new StatelessExecutor(model, parameters);
        var options = new InferenceParams { MaxTokens = 8, SamplingPipeline = new SecondBestPipeline() };
        await foreach (string piece in executor.InferAsync("Once upon a time", options))
        {
            Console.Write(piece);
        }
    }

    private sealed class SecondBestPipeline : BaseSamplingPipeline
    {
        protected override SafeLLamaSamplerChainHandle CreateChain(SafeLLamaContextHandle context)
        {
            var chain = SafeLLamaSamplerChainHandle.Create(LLamaSamplerChainParams.Default());
            chain.AddTopK(10);
            chain.AddCustom(new SecondBest());
            chain.AddGreedySampler();
            return chain;
        }
    }

    /// <summary>Forbids the most probable token; after top-k the candidates are sorted.</summary>
    private sealed class SecondBest : ICustomSampler
    {
        public string Name => nameof(SecondBest);

        public void Apply(ref LLamaTokenDataArrayNative candidates)
        {
            candidates.Data[0].Logit = float.NegativeInfinity;
            candidates.Sorted = false;
        }

        public void Accept(LLamaToken token)
        {
        }

        public void Reset()
        {
        }

        public ICustomSampler Clone() => new SecondBest();

        public void Dispose()
        {
        }
    }
}
