using LlamaNative;
using LlamaNative.Models;
using TrainTinyChat.Corpus;
using TrainTinyChat.Tokenizer;

namespace TrainTinyChat.Tests;

public sealed class TokenizerTests
{
    private static readonly string[] s_texts =
    [
        "你好，世界！", "👋😊❤️☀️", "Grüß Gott, ¿Cómo estás?", "it's don't we'll", "a  b   c \n\n d", " 12+34=46 ",
        "\t\r\n", "Привет こんにちは", "é́",
    ];

    [Fact]
    public void All_text_of_the_corpus_comes_back_from_its_tokens()
    {
        BytePairTokenizer tokenizer = TinyRun.TrainTokenizer();
        using var run = new TinyRun();
        foreach (Document document in CorpusGenerator.Documents(11, 2000))
        {
            Assert.Equal(document.Text + ChatMl.EndOfText, tokenizer.Decode(run.Tokenize(document).Tokens));
        }
    }

    /// <summary>
    /// llama.cpp's tokenizer must agree with the training tokenizer in every token, or the model would generate nonsense.
    /// </summary>
    [Fact]
    public void Llama_cpp_tokenizes_the_corpus_and_other_text_identically()
    {
        using var run = new TinyRun();
        using var folder = new TemporaryFolder();
        using LlamaModel model = LlamaModel.Load(run.Export(folder["vocabulary.gguf"]), new ModelOptions { VocabularyOnly = true });
        foreach (Document document in CorpusGenerator.Documents(12, 3000))
        {
            int[] tokens = run.Tokenize(document).Tokens;
            Assert.Equal(tokens, model.Vocabulary.Tokenize(document.Text + ChatMl.EndOfText, addSpecial: true, parseSpecial: true));
            Assert.Equal(document.Text, model.Vocabulary.Detokenize(tokens.AsSpan()[..^1], showSpecial: true));
        }

        foreach (string text in s_texts)
        {
            var tokens = new List<int>();
            run.Tokenizer.Encode(text, tokens);
            Assert.Equal(tokens, model.Vocabulary.Tokenize(text));
        }

        Assert.True(model.Vocabulary.IsEndOfGeneration(BytePairTokenizer.TurnEnd));
        Assert.True(model.Vocabulary.IsEndOfGeneration(BytePairTokenizer.EndOfText));
    }

    [Fact]
    public void Merges_follow_the_counts()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("abab abab cd"); // "ab" five times with the merge inside " abab", then "abab", then what is left
        BytePairTokenizer tokenizer = trainer.Train(BytePairTokenizer.FirstMerge + 2);
        Assert.Equal(["a b", "ab ab"], tokenizer.MergeTexts);
    }

    [Fact]
    public void The_prompt_is_what_the_chat_template_makes()
    {
        using var run = new TinyRun();
        using var folder = new TemporaryFolder();
        using LlamaModel model = LlamaModel.Load(run.Export(folder["model.gguf"]));
        Conversation conversation = CorpusGenerator.Tests(42, "names", 1)[0] with { System = "You are Nova." };
        var messages = new List<LlamaNative.ChatMessage> { LlamaNative.ChatMessage.FromSystem(conversation.System!) };
        foreach (Exchange exchange in conversation.Exchanges)
        {
            messages.Add(LlamaNative.ChatMessage.FromUser(exchange.User));
            messages.Add(LlamaNative.ChatMessage.FromAssistant(exchange.Answer));
        }

        messages.RemoveAt(messages.Count - 1);
        Assert.Equal(LlamaNative.ChatFormat.FromModel(model).Render(messages), ChatMl.Prompt(conversation));
    }
}
