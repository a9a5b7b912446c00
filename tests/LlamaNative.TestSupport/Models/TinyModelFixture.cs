using LlamaNative.Contexts;
using LlamaNative.Models;

namespace LlamaNative.TestSupport;

/// <summary>One loaded model for all tests of a class; each test creates its own context.</summary>
public sealed class TinyModelFixture : IDisposable
{
    private readonly TinyModel _file = new();

    public TinyModelFixture() => Model = _file.Load();

    /// <summary>Shared, so a test must not dispose it.</summary>
    public LlamaModel Model { get; }

    public string Path => _file.Path;

    public TinyVocabulary Vocabulary => _file.Vocabulary;

    public ReadOnlySpan<int> Cat => Model.Vocabulary.Tokenize("the cat");

    public LlamaContext NewContext(
        int size = 256, int batch = 64, int sequences = 1, bool unified = false, int threads = 1, int? microBatch = null) =>
        new(Model, new ContextOptions
        {
            ContextSize = size,
            BatchSize = batch,
            MicroBatchSize = microBatch ?? batch,
            MaxSequences = sequences,
            UnifiedCache = unified,
            Threads = threads,
        });

    public void Dispose()
    {
        Model.Dispose();
        _file.Dispose();
    }
}
