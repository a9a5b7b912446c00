using System.Text.Json;
using LlamaNative.Models;

namespace LlamaNative.TestSupport;

/// <summary>A model with recorded results of llama.cpp, by its name in models.json.</summary>
public sealed class GoldenModel : IDisposable
{
    private readonly TinyModel? _random;

    public GoldenModel(string name)
    {
        _random = name == "tiny-chat" ? null : new TinyModel(GoldenModels.Random[name], name + ".gguf");
        Path = _random?.Path ?? Repository.TinyChat;
        Answers = GoldenFile.AnswersOf(name, Path);
    }

    public string Path { get; }

    public JsonElement Answers { get; }

    public LlamaModel Load(ModelOptions? options = null) => LlamaModel.Load(Path, options ?? new ModelOptions { GpuLayers = 0 });

    public void Dispose() => _random?.Dispose();
}
