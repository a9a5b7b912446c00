using System.Text;
using System.Text.Json;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests;

/// <summary>
/// Files of others, which are not part of the repository: a model that somebody else trained and converted, and the
/// vocabularies that llama.cpp tests its own tokenizers with.
/// </summary>
public sealed class ThirdPartyFileTests
{
    [RequiresFact(Need.Shared)]
    public void Stories260K_generates_samples_and_scores_as_in_llama_cpp()
    {
        JsonElement golden = JsonDocument.Parse(File.ReadAllText(Repository.SharedPathOf("golden/stories260K.json"))).RootElement
            .GetProperty("default");
        using LlamaModel model = LlamaModel.Load(Repository.SharedPathOf("models/stories260K.gguf"));
        foreach (JsonElement prompt in golden.GetProperty("prompts").EnumerateArray())
        {
            GenerationResult result = Generate(model, prompt, 128, SamplingOptions.Greedy);
            Assert.Equal(GoldenFile.Ints(prompt.GetProperty("greedy_tokens")), result.Tokens);
            Assert.Equal(prompt.GetProperty("greedy_text").GetString(), result.Text);
        }

        foreach (JsonElement sample in golden.GetProperty("sampled").EnumerateArray())
        {
            // The builds of the CPU backend round differently; 20 tokens is how far they agree.
            var sampling = new SamplingOptions
            {
                TopK = 40,
                TopP = 0.9f,
                MinP = 0,
                Temperature = 0.8f,
                Seed = sample.GetProperty("seed").GetUInt32(),
            };
            Assert.Equal(GoldenFile.Ints(sample.GetProperty("tokens"))[..20], Generate(model, sample, 20, sampling).Tokens);
        }

        JsonElement perplexity = golden.GetProperty("perplexity");
        using var context = new LlamaContext(model, Options() with { MicroBatchSize = 512, MaxOutputsPerSequence = 512 });
        int[] tokens = model.Vocabulary.Tokenize(perplexity.GetProperty("text").GetString()!, addSpecial: false);
        PerplexityResult measured = Perplexity.Measure(context, tokens.AsSpan(0, 511), 512);
        Assert.Equal(perplexity.GetProperty("mean_nll").GetDouble(), measured.MeanNegativeLogLikelihood, 0.002);
    }

    [RequiresTheory(Need.Shared)]
    [InlineData("llama-spm")]
    [InlineData("llama-bpe")]
    [InlineData("gpt-2")]
    public void Real_vocabularies_tokenize_as_in_llama_cpp_and_are_rewritten_byte_for_byte(string name)
    {
        string path = Repository.SharedPathOf($"vocabs/ggml-vocab-{name}.gguf");
        using LlamaModel model = LlamaModel.Load(path, new ModelOptions { VocabularyOnly = true });

        // Split on raw bytes, as the cases hold carriage returns and odd white space; a final separator adds no case.
        string[] inputs = Latin1(path + ".inp").Split("\n__ggml_vocab_test__\n");
        string[] outputs = Latin1(path + ".out").Split('\n');
        inputs = inputs[^1].Length == 0 ? inputs[..^1] : inputs;
        Assert.Equal(46, inputs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            int[] expected = [.. outputs[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            byte[] utf8 = Encoding.Latin1.GetBytes(inputs[i]);
            Assert.Equal(expected, model.Vocabulary.Tokenize(utf8, addSpecial: false));
            Assert.Equal(expected, model.Vocabulary.Tokenize(Encoding.UTF8.GetString(utf8), addSpecial: false));
        }

        string text = string.Concat(Enumerable.Repeat("aA1 🦙猫\n", 20_000));
        Assert.Equal(text, model.Vocabulary.Detokenize(model.Vocabulary.Tokenize(text, addSpecial: false)));

        using var folder = new TemporaryFolder();
        using GgufFile file = GgufFile.Open(path);
        file.Validate();
        new GgufEditor(file).Save(folder["copy.gguf"]);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder["copy.gguf"]));
    }

    private static GenerationResult Generate(LlamaModel model, JsonElement prompt, int count, SamplingOptions sampling)
    {
        using var context = new LlamaContext(model, Options());
        var options = new GenerationOptions { MaxTokens = count, Sampling = sampling, StopAtEndOfGeneration = false };
        return new TextGenerator(context).Generate(prompt.GetProperty("prompt").GetString()!, options);
    }

    private static ContextOptions Options() => new() { ContextSize = 512, BatchSize = 512, Threads = 1 };

    private static string Latin1(string path) => Encoding.Latin1.GetString(File.ReadAllBytes(path));
}
