using System.Text;
using System.Text.Json;
using LlamaNative.Models;

namespace LlamaNative.Tests.Models;

/// <summary>Vocabularies of every kind, compared with llama.cpp's tokenization of ordinary and hostile texts.</summary>
public sealed class VocabularyGoldenTests
{
    public static TheoryData<string> Vocabularies =>
        ["tiny-chat", .. GoldenModels.Random.Where(model => !model.Value.WithTensors).Select(model => model.Key)];

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Every_text_tokenizes_as_llama_cpp_does(string name)
    {
        using var golden = new GoldenModel(name);
        using LlamaModel model = golden.Load(new ModelOptions { VocabularyOnly = true });
        JsonElement[] texts = [.. golden.Answers.GetProperty("texts").EnumerateArray()];
        Assert.True(texts.Length > 80, $"only {texts.Length} texts");
        foreach (JsonElement recorded in texts)
        {
            string text = recorded.GetProperty("text").GetString()!;
            Check("tokens", addSpecial: false, parseSpecial: false);
            Check("special", addSpecial: true, parseSpecial: false);
            Check("parsed", addSpecial: false, parseSpecial: true);
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            Assert.Equal(GoldenFile.Ints(recorded.GetProperty("tokens")), model.Vocabulary.Tokenize(utf8, addSpecial: false));

            void Check(string answer, bool addSpecial, bool parseSpecial)
            {
                int[] expected = GoldenFile.Ints(recorded.GetProperty(answer));
                int[] actual = model.Vocabulary.Tokenize(text, addSpecial, parseSpecial);
                Assert.True(
                    expected.SequenceEqual(actual),
                    $"{answer} of {JsonSerializer.Serialize(text)}: {string.Join(' ', actual)} and not {string.Join(' ', expected)}");
            }
        }
    }
}
