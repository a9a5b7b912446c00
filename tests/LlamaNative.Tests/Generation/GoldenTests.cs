using System.Text.Json;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>
/// Generations, logits and perplexity, compared with llama.cpp's results (tests/Golden/models.json), for the trained model and
/// for random weights of four architectures, of which T5 has an encoder for the prompt.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Models => ["tiny-chat", "uneven", "gemma2", "mamba", "t5"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Greedy_tokens_and_text_equal_llama_cpps(string name)
    {
        using var golden = new GoldenModel(name);
        using LlamaModel model = golden.Load();
        int compared = 0;
        foreach (JsonElement prompt in golden.Answers.GetProperty("greedy").EnumerateArray())
        {
            int[] expected = GoldenFile.Ints(prompt.GetProperty("tokens"));
            GenerationResult result = Generate(model, prompt, expected.Length, SamplingOptions.Greedy);
            Assert.Equal(expected, result.Tokens);
            Assert.Equal(StopReason.MaxTokens, result.StopReason);
            Assert.Equal(new TokenUsage(prompt.GetProperty("prompt_tokens").GetArrayLength(), 0, expected.Length), result.Usage);
            if (name == "tiny-chat" && prompt.TryGetProperty("text", out JsonElement text))
            {
                Assert.Equal(text.GetString(), result.Text);
            }

            compared += expected.Length;
        }

        Assert.True(compared > 100, $"only {compared} tokens");
    }

    [RequiresTheory(Need.PinnedSampling)]
    [MemberData(nameof(Models))]
    public void Seeded_samples_equal_llama_cpps(string name)
    {
        using var golden = new GoldenModel(name);
        using LlamaModel model = golden.Load();
        JsonElement[] samples = [.. golden.Answers.GetProperty("sampled").EnumerateArray()];
        Assert.NotEmpty(samples);
        foreach (JsonElement sample in samples)
        {
            int[] expected = GoldenFile.Ints(sample.GetProperty("tokens"));
            uint seed = sample.GetProperty("seed").GetUInt32();
            var sampling = new SamplingOptions { TopK = 40, TopP = 0.9f, MinP = 0, Temperature = 0.8f, Seed = seed };
            Assert.Equal(expected, Generate(model, sample, expected.Length, sampling).Tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_behind_a_prompt_agree(string name)
    {
        using var golden = new GoldenModel(name);
        using LlamaModel model = golden.Load();
        foreach (JsonElement prompt in golden.Answers.GetProperty("greedy").EnumerateArray())
        {
            int[] tokens = model.Vocabulary.Tokenize(prompt.GetProperty("prompt").GetString()!);
            Assert.Equal(GoldenFile.Ints(prompt.GetProperty("prompt_tokens")), tokens);
            using var context = new LlamaContext(model, Options());
            using var batch = new TokenBatch(tokens.Length);
            for (int i = 0; i < tokens.Length; i++)
            {
                batch.Add(tokens[i], i, logits: i == tokens.Length - 1);
            }

            if (model.DecoderStartToken is { } start)
            {
                context.Encode(batch);
                batch.Clear();
                batch.Add(start, 0, logits: true);
            }

            context.Decode(batch);
            float[] logits = context.GetLogits();
            foreach (JsonElement entry in prompt.GetProperty("top").EnumerateArray())
            {
                int id = entry.GetProperty("id").GetInt32();
                Assert.Equal(entry.GetProperty("logit").GetSingle(), logits[id], GoldenFile.Tolerance(prompt));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Perplexity_of_a_text_is_llama_cpps(string name)
    {
        using var golden = new GoldenModel(name);
        using LlamaModel model = golden.Load();
        JsonElement expected = golden.Answers.GetProperty("perplexity");
        using var context = new LlamaContext(model, Options() with { MaxOutputsPerSequence = 512 });
        int[] tokens = model.Vocabulary.Tokenize(expected.GetProperty("text").GetString()!, addSpecial: false);
        PerplexityResult result = Perplexity.Measure(context, tokens, 512);
        Assert.Equal(expected.GetProperty("predictions").GetInt32(), result.PredictionCount);
        Assert.Equal(expected.GetProperty("mean_nll").GetDouble(), result.MeanNegativeLogLikelihood, GoldenFile.Tolerance(expected));
    }

    private static GenerationResult Generate(LlamaModel model, JsonElement prompt, int count, SamplingOptions sampling)
    {
        using var context = new LlamaContext(model, Options());
        var options = new GenerationOptions { MaxTokens = count, Sampling = sampling, StopAtEndOfGeneration = false };
        return new TextGenerator(context).Generate(prompt.GetProperty("prompt").GetString()!, options);
    }

    private static ContextOptions Options() => new() { ContextSize = 512, BatchSize = 512, MicroBatchSize = 512, Threads = 1 };
}
