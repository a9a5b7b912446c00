using System.Text;
using System.Text.Json;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests;

/// <summary>
/// Third-party files, which are not part of the repository: a model that was trained and converted by others, and the
/// vocabularies with which llama.cpp tests its tokenizers.
/// </summary>
public sealed class ThirdPartyFileTests
{
    [RequiresTheory(Need.Shared, Need.QuantizerFallback)]
    [InlineData("models/stories260K.gguf")]
    [InlineData("vocabs/ggml-vocab-llama-spm.gguf")]
    [InlineData("vocabs/ggml-vocab-llama-bpe.gguf")]
    [InlineData("vocabs/ggml-vocab-gpt-2.gguf")]
    public void A_file_is_read_as_by_llama_cpp_and_rewritten_byte_for_byte(string file)
    {
        string path = Repository.SharedPathOf(file);
        using (GgufFile opened = GgufFile.Open(path))
        using (var folder = new TemporaryFolder())
        {
            opened.Validate();
            new GgufEditor(opened).Save(folder["copy.gguf"]);
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder["copy.gguf"]));
        }

        bool hasWeights = file.StartsWith("models", StringComparison.Ordinal);
        using LlamaModel model = LlamaModel.Load(path, new ModelOptions { VocabularyOnly = !hasWeights });
        if (hasWeights)
        {
            AssertGenerates(model);
        }
        else
        {
            AssertTokenizes(model.Vocabulary, path);
        }
    }

    private static void AssertGenerates(LlamaModel model)
    {
        string recorded = File.ReadAllText(Repository.SharedPathOf("golden/stories260K.json"));
        JsonElement golden = JsonDocument.Parse(recorded).RootElement.GetProperty("default");
        foreach (JsonElement prompt in golden.GetProperty("prompts").EnumerateArray())
        {
            GenerationResult result = Generate(model, prompt, 128, SamplingOptions.Greedy);
            Assert.Equal(GoldenFile.Ints(prompt.GetProperty("greedy_tokens")), result.Tokens);
            Assert.Equal(prompt.GetProperty("greedy_text").GetString(), result.Text);
        }

        foreach (JsonElement sample in golden.GetProperty("sampled").EnumerateArray())
        {
            // Builds of the CPU backend round differently; they agree on the first 20 tokens.
            uint seed = sample.GetProperty("seed").GetUInt32();
            var sampling = new SamplingOptions { TopK = 40, TopP = 0.9f, MinP = 0, Temperature = 0.8f, Seed = seed };
            Assert.Equal(GoldenFile.Ints(sample.GetProperty("tokens"))[..20], Generate(model, sample, 20, sampling).Tokens);
        }

        JsonElement perplexity = golden.GetProperty("perplexity");
        using var context = new LlamaContext(model, Options() with { MicroBatchSize = 512, MaxOutputsPerSequence = 512 });
        int[] tokens = model.Vocabulary.Tokenize(perplexity.GetProperty("text").GetString()!, addSpecial: false);
        PerplexityResult measured = Perplexity.Measure(context, tokens.AsSpan(0, 511), 512);
        Assert.Equal(perplexity.GetProperty("mean_nll").GetDouble(), measured.MeanNegativeLogLikelihood, 0.002);
    }

    private static void AssertTokenizes(Vocabulary vocabulary, string path)
    {
        // Split on raw bytes, as the cases hold carriage returns and odd white space; a final separator adds no case.
        string[] inputs = Latin1(path + ".inp").Split("\n__ggml_vocab_test__\n");
        string[] outputs = Latin1(path + ".out").Split('\n');
        inputs = inputs[^1].Length == 0 ? inputs[..^1] : inputs;
        Assert.Equal(46, inputs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            int[] expected = [.. outputs[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            byte[] utf8 = Encoding.Latin1.GetBytes(inputs[i]);
            Assert.Equal(expected, vocabulary.Tokenize(utf8, addSpecial: false));
            Assert.Equal(expected, vocabulary.Tokenize(Encoding.UTF8.GetString(utf8), addSpecial: false));
        }

        string text = string.Concat(Enumerable.Repeat("aA1 🦙猫\n", 20_000));
        Assert.Equal(text, vocabulary.Detokenize(vocabulary.Tokenize(text, addSpecial: false)));
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
