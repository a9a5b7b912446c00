using LlamaNative.Models;

namespace LlamaNative.TestSupport;

/// <summary>A model with random weights in a temporary file, so that tests that need a model run on a fresh clone.</summary>
public sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyModel(TinyModelOptions? options = null, string? fileName = null)
    {
        Options = options ?? new TinyModelOptions();
        Path = Options.Save(_folder[fileName ?? "tiny.gguf"]);
    }

    public TinyModelOptions Options { get; }

    public string Folder => _folder.Root;

    public string Path { get; }

    public TinyVocabulary Vocabulary => Options.Vocabulary;

    public LlamaModel Load(ModelOptions? options = null) => LlamaModel.Load(Path, options);

    public void Dispose() => _folder.Dispose();
}
