using System.Text;
using LlamaNative.Models;

namespace LlamaNative.Tests.Models;

/// <summary>Real vocabularies against llama.cpp's own tokenizer test cases.</summary>
public sealed class VocabularyGoldenTests
{
    [RequiresTheory(Need.Shared)]
    [InlineData("llama-spm", 46)]
    [InlineData("llama-bpe", 46)]
    [InlineData("gpt-2", 46)]
    public void Every_case_tokenizes_as_llama_cpp_does(string name, int cases)
    {
        string path = Repository.SharedPathOf($"vocabs/ggml-vocab-{name}.gguf");
        using LlamaModel model = LlamaModel.Load(path, new ModelOptions { VocabularyOnly = true });

        // Split on raw bytes, as the cases hold carriage returns and odd white space; a final separator adds no case.
        string[] inputs = Latin1(path + ".inp").Split("\n__ggml_vocab_test__\n");
        string[] outputs = Latin1(path + ".out").Split('\n');
        if (inputs[^1].Length == 0)
        {
            inputs = inputs[..^1];
        }

        Assert.Equal(cases, inputs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            int[] expected = [.. outputs[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            byte[] utf8 = Encoding.Latin1.GetBytes(inputs[i]);
            Assert.Equal(expected, model.Vocabulary.Tokenize(utf8, addSpecial: false));
            Assert.Equal(expected, model.Vocabulary.Tokenize(Encoding.UTF8.GetString(utf8), addSpecial: false));
        }
    }

    private static string Latin1(string path) => Encoding.Latin1.GetString(File.ReadAllBytes(path));
}
