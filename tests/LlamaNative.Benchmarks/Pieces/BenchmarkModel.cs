using LlamaNative.Models;
using LlamaNative.TestSupport;

namespace LlamaNative.Benchmarks.Pieces;

/// <summary>The model of the component benchmarks: the file in LLAMANATIVE_MODEL, or a tiny one with random weights.</summary>
public sealed class BenchmarkModel : IDisposable
{
    private readonly TinyModel? _tiny;

    public BenchmarkModel()
    {
        string? named = Environment.GetEnvironmentVariable("LLAMANATIVE_MODEL");
        _tiny = string.IsNullOrEmpty(named) ? new TinyModel() : null;
        Path = _tiny?.Path ?? named!;
        Model = LlamaModel.Load(Path);
    }

    public string Path { get; }

    public LlamaModel Model { get; }

    public void Dispose()
    {
        Model.Dispose();
        _tiny?.Dispose();
    }
}
