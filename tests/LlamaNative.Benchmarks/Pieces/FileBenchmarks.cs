using BenchmarkDotNet.Attributes;
using LlamaNative.Gguf;

namespace LlamaNative.Benchmarks.Pieces;

/// <summary>What loading does before llama.cpp's turn: opening a file and looking it over.</summary>
[MemoryDiagnoser]
public class FileBenchmarks
{
    private readonly BenchmarkModel _model = new();

    [GlobalCleanup]
    public void Clean() => _model.Dispose();

    [Benchmark]
    public int Open()
    {
        using GgufFile file = GgufFile.Open(_model.Path);
        return file.Tensors.Count;
    }

    [Benchmark]
    public void OpenAndCheck()
    {
        using GgufFile file = GgufFile.Open(_model.Path);
        file.Validate();
    }
}
