using System.Text;
using LlamaNative.Models;

namespace LlamaNative.Tests.Models;

/// <summary>
/// Long texts of one kind. llama.cpp splits texts with std::regex for many vocabularies, which recurses for each
/// character: without a guard, 60,000 letters end the process.
/// </summary>
public sealed class HostileTextTests
{
    private const int Megabyte = 1 << 20;

    /// <summary>For texts that SentencePiece tokenizes as bytes, for which llama.cpp's time is quadratic.</summary>
    private const int FallbackBytes = 1 << 16;

    /// <summary>Every pre-tokenizer of llama-vocab.cpp that has its own patterns.</summary>
    public static TheoryData<string> PreTokenizers =>
    [
        "default", "minicpm5", "llama3", "deepseek-llm", "deepseek-coder", "deepseek-v3", "youtu", "falcon",
        "starcoder", "gpt-2", "jais-2", "gemma4", "sarvam-moe",
        "qwen2", "qwen35", "poro-chat", "chatglm-bpe", "viking", "tekken", "exaone-moe", "chameleon", "gpt-4o",
        "granite-embed-multi-97m", "tiny_aya",
        "superbpe", "bailingmoe", "seed-coder", "hunyuan", "joyai-llm", "kimi-k2", "afmoe", "laguna", "bloom",
    ];

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void No_long_run_ends_the_process(string preTokenizer)
    {
        using LlamaModel model = BytePair(preTokenizer);
        foreach (string unit in (string[])["a", "A", " ", "1", "猫", "🦙", "!", "\n", "a ", "e\u0301", "\u00a0", " \n"])
        {
            string text = string.Concat(Enumerable.Repeat(unit, 30_000 / unit.Length)) + "中";
            TokenizeOrRefuse(model, text);
        }

        Assert.NotEmpty(model.Vocabulary.Tokenize("the cat"));
    }

    [Theory]
    [InlineData("tekken")]
    [InlineData("deepseek-coder")]
    [InlineData("poro-chat")]
    public void A_run_of_a_hundred_thousand_letters_comes_back_whole(string preTokenizer)
    {
        using LlamaModel model = BytePair(preTokenizer);
        string text = new('x', 100_000);
        Assert.Equal(text, model.Vocabulary.Detokenize(model.Vocabulary.Tokenize(text)));
    }

    [Fact]
    public void A_run_beyond_any_stack_is_refused_with_its_reason()
    {
        using LlamaModel model = BytePair("tekken");
        var error = Assert.Throws<LlamaException>(() => model.Vocabulary.Tokenize(new string('x', Megabyte + 1)));
        Assert.Contains("tekken", error.Message, StringComparison.Ordinal);

        // Spaces break runs, so a long text of words works.
        Assert.NotEmpty(model.Vocabulary.Tokenize(string.Concat(Enumerable.Repeat("the cat ", 20_000))));
    }

    [Theory]
    [InlineData("deepseek-llm", ' ')]
    [InlineData("superbpe", '1')]
    public void A_run_that_costs_time_with_its_square_is_refused(string preTokenizer, char character)
    {
        using LlamaModel model = BytePair(preTokenizer);
        Assert.Throws<LlamaException>(() => model.Vocabulary.Tokenize(new string(character, 5_000) + "中"));
        Assert.NotEmpty(model.Vocabulary.Tokenize(new string(character, 500) + "中"));
    }

    [Theory]
    [InlineData(" ", Megabyte)]
    [InlineData("a", Megabyte)]
    [InlineData("🦙", FallbackBytes)]
    [InlineData("7", FallbackBytes)]
    [InlineData(null, FallbackBytes)]
    public void Long_texts_go_through_a_sentencepiece_vocabulary(string? unit, int bytes)
    {
        using var file = new TinyModel(new TinyModelOptions { WithTensors = false });
        using LlamaModel model = file.Load(new ModelOptions { VocabularyOnly = true });
        string text = Text(unit, bytes);
        Assert.Equal(text, model.Vocabulary.Detokenize(model.Vocabulary.Tokenize(text, addSpecial: false)));
    }

    [Theory]
    [InlineData("gpt-2")]
    [InlineData("llama3")]
    [InlineData("granite-docling")]
    public void Long_texts_go_through_byte_pair_vocabularies(string preTokenizer)
    {
        using LlamaModel model = BytePair(preTokenizer);
        foreach (string? unit in (string?[])[" ", "a", "7", "🦙", null])
        {
            string text = Text(unit, unit is " " or "a" or "7" ? Megabyte : Megabyte / 4);
            Assert.Equal(text, model.Vocabulary.Detokenize(model.Vocabulary.Tokenize(text, addSpecial: false)));
        }
    }

    private static LlamaModel BytePair(string preTokenizer)
    {
        using var file = new TinyModel(new TinyModelOptions { Vocabulary = TinyVocabulary.BytePair(preTokenizer), WithTensors = false });
        return file.Load(new ModelOptions { VocabularyOnly = true, LoadMode = ModelLoadMode.Read });
    }

    /// <summary>Some runs are rejected, which is also acceptable here.</summary>
    private static void TokenizeOrRefuse(LlamaModel model, string text)
    {
        try
        {
            model.Vocabulary.Tokenize(text);
        }
        catch (LlamaException)
        {
        }
    }

    /// <summary>A text of this many bytes, from a repeated unit or from characters of all of Unicode.</summary>
    private static string Text(string? unit, int length)
    {
        if (unit is not null)
        {
            return string.Concat(Enumerable.Repeat(unit, length / Encoding.UTF8.GetByteCount(unit)));
        }

        var random = new Random(5);
        var text = new StringBuilder();
        for (int bytes = 0; bytes < length;)
        {
            // Spaces and control characters aside, as some vocabularies clean them up.
            int value = random.Next(0xA1, 0x30000);
            if (Rune.IsValid(value) && !Rune.IsWhiteSpace(new Rune(value)))
            {
                text.Append(new Rune(value).ToString());
                bytes += new Rune(value).Utf8SequenceLength;
            }
        }

        return text.ToString();
    }
}
