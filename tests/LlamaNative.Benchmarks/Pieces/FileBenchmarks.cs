using BenchmarkDotNet.Attributes;
using LlamaNative.Gguf;

namespace LlamaNative.Benchmarks.Pieces;

/// <summary>The work of loading before llama.cpp is called: opening and validating a file.</summary>
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
