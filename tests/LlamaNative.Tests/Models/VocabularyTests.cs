using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Models;

public sealed class VocabularyTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private Vocabulary Vocabulary => tiny.Model.Vocabulary;

    [Fact]
    public void Special_tokens_are_those_the_file_names()
    {
        TinyVocabulary file = tiny.Vocabulary;
        Assert.Equal(VocabularyType.SentencePiece, Vocabulary.Type);
        Assert.Equal(file.Count, Vocabulary.Count);
        Assert.Equal(file["<s>"], Vocabulary.Bos);
        Assert.Equal(file["</s>"], Vocabulary.Eos);
        Assert.Equal(file["<|eot|>"], Vocabulary.Eot);
        Assert.Equal(file["<0x0A>"], Vocabulary.Newline);
        Assert.True(Vocabulary.AddsBos);
        Assert.True(Vocabulary.IsEndOfGeneration(file["</s>"]));
        Assert.True(Vocabulary.IsControl(file["<|tool|>"]));
        Assert.False(Vocabulary.IsEndOfGeneration(file["<|tool|>"]));
        Assert.Equal(TokenAttributes.Byte, Vocabulary.GetAttributes(file["<0x41>"]));
        Assert.Equal("\u2581cat", Vocabulary.GetText(file["\u2581cat"]));
        Assert.Equal(" cat", Vocabulary.GetPiece(file["\u2581cat"]));
    }

    [Theory]
    [InlineData("the cat", 0)]
    [InlineData("<s>the cat<s>", 1)]
    [InlineData("\n <s>the cat", 1)]
    [InlineData("<s> <s>\n<s>", 3)]
    public void Begin_of_text_tokens_are_counted_where_the_text_begins(string text, int expected) =>
        Assert.Equal(expected, Vocabulary.CountLeadingBos(Vocabulary.Tokenize(text, addSpecial: false, parseSpecial: true)));

    [Fact]
    public void Special_tokens_in_a_text_are_read_only_when_asked()
    {
        int tool = tiny.Vocabulary["<|tool|>"];
        Assert.Equal([tool], Vocabulary.Tokenize("<|tool|>", addSpecial: false, parseSpecial: true));
        Assert.DoesNotContain(tool, Vocabulary.Tokenize("<|tool|>", addSpecial: false));
        Assert.Equal("", Vocabulary.Detokenize([tool]));
        Assert.Equal("<|tool|>", Vocabulary.Detokenize([tool], showSpecial: true));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("the cat")]
    [InlineData("猫 🦙 é\u0301 \t\r\n \0 end")]
    [InlineData("𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ﷽ \u202e \ufeff")]
    public void Any_text_comes_back(string text)
    {
        int[] tokens = Vocabulary.Tokenize(text, addSpecial: false);

        // SentencePiece adds a space before a text and removes it again.
        Assert.Equal(text, Vocabulary.Detokenize(tokens, removeSpecial: true));
    }

    [Fact]
    public void A_lone_surrogate_becomes_the_replacement_character() =>
        Assert.Equal("a\ufffdb", Vocabulary.Detokenize(Vocabulary.Tokenize("a\ud800b", addSpecial: false)));

    [Fact]
    public void Bytes_that_are_no_utf8_are_a_wrong_argument()
    {
        Assert.Throws<ArgumentException>(() => Vocabulary.Tokenize([0x61, 0xFF]));
        Assert.NotEmpty(Vocabulary.Tokenize("a"u8));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(null)]
    public void Token_ids_out_of_range_are_wrong_arguments(int? id)
    {
        int token = id ?? Vocabulary.Count;
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Vocabulary.Detokenize([5, token]));
        Assert.Contains($"from 0 to {Vocabulary.Count - 1}", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Vocabulary.GetPiece(token));
        Assert.Throws<ArgumentOutOfRangeException>(() => Vocabulary.GetPiece(token, new byte[10]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Vocabulary.GetText(token));
        Assert.Throws<ArgumentOutOfRangeException>(() => Vocabulary.GetScore(token));
        Assert.Throws<ArgumentOutOfRangeException>(() => Vocabulary.GetAttributes(token));
        Assert.Throws<ArgumentOutOfRangeException>(() => Vocabulary.IsControl(token));
        Assert.False(Vocabulary.IsEndOfGeneration(token));
        Assert.Equal("a", Vocabulary.GetPiece(tiny.Vocabulary["a"]));
    }

    [Fact]
    public void A_piece_that_does_not_fit_tells_its_length()
    {
        Assert.Equal(-4, Vocabulary.GetPiece(tiny.Vocabulary["\u2581cat"], new byte[3]));
        Assert.Equal(-4, Vocabulary.GetPiece(tiny.Vocabulary["\u2581cat"], []));
        Assert.Equal(4, Vocabulary.GetPiece(tiny.Vocabulary["\u2581cat"], new byte[4]));
    }

    [Fact]
    public void A_model_without_a_vocabulary_evaluates_and_refuses_text()
    {
        using var file = new TinyModel(new TinyModelOptions { Vocabulary = TinyVocabulary.None() });
        using LlamaModel model = file.Load();
        Assert.Equal(VocabularyType.None, model.Vocabulary.Type);
        Assert.Throws<LlamaException>(() => model.Vocabulary.Tokenize("x"));
        Assert.Throws<LlamaException>(() => model.Vocabulary.Detokenize([1]));
        Assert.Throws<LlamaException>(() => model.Vocabulary.GetPiece(1));
        Assert.ThrowsAny<LlamaException>(() => SamplerChain.Create(model.Vocabulary, new SamplingOptions { Grammar = "root ::= \"a\"" }));
    }

    [Fact]
    public void A_vocabulary_without_byte_tokens_is_refused()
    {
        // llama.cpp looks them up for text it does not know and throws std::out_of_range through the C interface.
        using var file = new TinyModel(new TinyModelOptions { Vocabulary = TinyVocabulary.SentencePiece(withBytes: false) });
        Assert.Throws<ModelLoadException>(() => file.Load());
    }
}
