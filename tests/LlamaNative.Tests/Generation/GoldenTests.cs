using System.Text.Json;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>The real model stories260K, compared with llama.cpp's results (golden/stories260K.json).</summary>
public sealed class GoldenTests : IDisposable
{
    private const string ModelFile = "models/stories260K.gguf";
    private const string GoldenFile = "golden/stories260K.json";

    private readonly JsonElement _golden = JsonDocument.Parse(File.ReadAllText(Repository.SharedPathOf(GoldenFile))).RootElement
        .GetProperty("default");
    private readonly LlamaModel _model = LlamaModel.Load(Repository.SharedPathOf(ModelFile));

    public void Dispose() => _model.Dispose();

    [RequiresFact(Need.Shared)]
    public void Greedy_tokens_and_text_equal_llama_cpps()
    {
        JsonElement[] prompts = [.. _golden.GetProperty("prompts").EnumerateArray()];
        Assert.NotEmpty(prompts);
        foreach (JsonElement prompt in prompts)
        {
            GenerationResult result = Generate(prompt, 128, SamplingOptions.Greedy);
            Assert.Equal(Ints(prompt.GetProperty("greedy_tokens")), result.Tokens);
            Assert.Equal(prompt.GetProperty("greedy_text").GetString(), result.Text);
            Assert.Equal(StopReason.MaxTokens, result.StopReason);
            Assert.Equal(new TokenUsage(prompt.GetProperty("tokens").GetArrayLength(), 0, 128), result.Usage);
        }
    }

    [RequiresFact(Need.Shared)]
    public void Seeded_samples_equal_llama_cpps()
    {
        JsonElement[] samples = [.. _golden.GetProperty("sampled").EnumerateArray()];
        Assert.NotEmpty(samples);
        foreach (JsonElement sample in samples)
        {
            var sampling = new SamplingOptions
            {
                TopK = 40,
                TopP = 0.9f,
                MinP = 0,
                Temperature = 0.8f,
                Seed = sample.GetProperty("seed").GetUInt32(),
            };
            GenerationResult result = Generate(sample, 64, sampling);

            // CPU variants round differently; in that case the reference states how far samples agree.
            int[] expected = Ints(sample.GetProperty("tokens"));
            Assert.Equal(expected.Take(20), result.Tokens.Take(20));
        }
    }

    [RequiresFact(Need.Shared)]
    public void Prompts_tokenize_and_their_logits_agree()
    {
        foreach (JsonElement prompt in _golden.GetProperty("prompts").EnumerateArray())
        {
            string text = prompt.GetProperty("prompt").GetString()!;
            int[] tokens = _model.Vocabulary.Tokenize(text);
            Assert.Equal(Ints(prompt.GetProperty("tokens")), tokens);
            Assert.Equal(Ints(prompt.GetProperty("tokens_no_special")), _model.Vocabulary.Tokenize(text, addSpecial: false));

            using var context = new LlamaContext(_model, Options());
            using var batch = new TokenBatch(tokens.Length);
            for (int i = 0; i < tokens.Length; i++)
            {
                batch.Add(tokens[i], i, logits: i == tokens.Length - 1);
            }

            context.Decode(batch);
            float[] logits = context.GetLogits();
            JsonElement[] top = [.. prompt.GetProperty("top5_after_prompt").EnumerateArray()];
            Assert.Equal(5, top.Length);
            foreach (JsonElement entry in top)
            {
                Assert.Equal(entry.GetProperty("logit").GetSingle(), logits[entry.GetProperty("id").GetInt32()], tolerance: 0.02f);
            }
        }
    }

    private GenerationResult Generate(JsonElement prompt, int count, SamplingOptions sampling)
    {
        using var context = new LlamaContext(_model, Options());
        var options = new GenerationOptions { MaxTokens = count, Sampling = sampling, StopAtEndOfGeneration = false };
        return new TextGenerator(context).Generate(prompt.GetProperty("prompt").GetString()!, options);
    }

    private static ContextOptions Options() => new() { ContextSize = 512, BatchSize = 512, Threads = 1 };

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];
}
