namespace LlamaNative.TestSupport;

/// <summary>The models with random weights for which llama.cpp's results are recorded; see <see cref="GoldenFile"/>.</summary>
public static class GoldenModels
{
    public static IReadOnlyDictionary<string, TinyModelOptions> Random { get; } = new Dictionary<string, TinyModelOptions>
    {
        ["uneven"] = TinyModelOptions.Uneven,
        ["gemma2"] = new() { Architecture = "gemma2", SlidingWindow = 16 },
        ["mamba"] = new() { Architecture = "mamba" },
        ["t5"] = new() { Architecture = "t5", Vocabulary = TinyVocabulary.Unigram(), Heads = 2, HeadsKv = 2 },
        ["bert"] = new()
        {
            Architecture = "bert",
            Vocabulary = TinyVocabulary.WordPiece(),
            Heads = 2,
            HeadsKv = 2,
            Pooling = 1,
        },
        ["spm"] = Only(TinyVocabulary.SentencePiece()),
        ["bpe-gpt-2"] = Only(TinyVocabulary.BytePair()),
        ["bpe-llama3"] = Only(TinyVocabulary.BytePair("llama3")),
        ["bpe-qwen2"] = Only(TinyVocabulary.BytePair("qwen2")),
        ["bpe-tekken"] = Only(TinyVocabulary.BytePair("tekken")),
        ["bpe-gpt-4o"] = Only(TinyVocabulary.BytePair("gpt-4o")),
        ["bpe-deepseek-v3"] = Only(TinyVocabulary.BytePair("deepseek-v3")),
        ["wpm"] = Only(TinyVocabulary.WordPiece()),
        ["ugm"] = Only(TinyVocabulary.Unigram()),
        ["rwkv"] = Only(TinyVocabulary.Rwkv()),
    };

    private static TinyModelOptions Only(TinyVocabulary vocabulary) => new() { Vocabulary = vocabulary, WithTensors = false };
}
