using LlamaNative.Gguf;
using TrainTinyChat.Corpus;
using TrainTinyChat.Evaluation;
using TrainTinyChat.Tokenizer;

namespace TrainTinyChat.Tests;

/// <summary>models/tiny-chat.gguf, compared with its model card and the generator.</summary>
public sealed class ShippedModelTests
{
    private const ulong Seed = 42;

    private static string ModelPath { get; } = FindModel();

    /// <summary>The required quality: 92 % of all held-out questions, and no kind below 60 %.</summary>
    [Fact]
    public void It_answers_what_it_was_never_told()
    {
        IReadOnlyList<Mark> marks = Examiner.Examine(ModelPath, Examiner.Questions(Seed));
        Assert.True(Examiner.Share(marks) >= 92, string.Join('\n', Examiner.Report(marks)));
        Assert.All(marks.GroupBy(mark => mark.Question.Last.Kind), kind => Assert.True(Examiner.Share([.. kind]) >= 60, kind.Key));
    }

    /// <summary>The corpus in the repository must be the training corpus, so that the model can be rebuilt.</summary>
    [Fact]
    public void Its_vocabulary_is_what_the_corpus_gives()
    {
        var trainer = new BytePairTrainer();
        foreach (string piece in CorpusGenerator.Documents(Seed, TinyChatRun.TokenizerSample).SelectMany(document => document.PlainPieces))
        {
            trainer.Add(piece);
        }

        BytePairTokenizer tokenizer = trainer.Train(TinyChatRun.Vocabulary);
        using GgufFile file = GgufFile.Open(ModelPath);
        Assert.Equal(tokenizer.TokenTexts, file.Metadata["tokenizer.ggml.tokens"].GetStrings());
        Assert.Equal(tokenizer.MergeTexts, file.Metadata["tokenizer.ggml.merges"].GetStrings());
        Assert.True(new FileInfo(ModelPath).Length <= 4 << 20);
    }

    private static string FindModel()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "models", "tiny-chat.gguf");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException("models/tiny-chat.gguf is not in a folder above the tests.");
    }
}
