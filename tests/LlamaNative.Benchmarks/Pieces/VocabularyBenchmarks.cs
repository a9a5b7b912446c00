using BenchmarkDotNet.Attributes;
using LlamaNative.Models;

namespace LlamaNative.Benchmarks.Pieces;

/// <summary>Tokenizing and detokenizing: a paragraph, and token by token as in the loop.</summary>
[MemoryDiagnoser]
public class VocabularyBenchmarks
{
    private const string Text =
        "Once upon a time there was a little girl who lived in a village near the forest. Whenever she went out, she wore a red cloak, so "
        + "everyone called her so.";

    private readonly BenchmarkModel _model = new();
    private readonly byte[] _piece = new byte[256];
    private int[] _tokens = [];

    private Vocabulary Vocabulary => _model.Model.Vocabulary;

    [GlobalSetup]
    public void Prepare() => _tokens = Vocabulary.Tokenize(Text);

    [GlobalCleanup]
    public void Clean() => _model.Dispose();

    [Benchmark]
    public int[] Tokenize() => Vocabulary.Tokenize(Text);

    [Benchmark]
    public string Detokenize() => Vocabulary.Detokenize(_tokens);

    [Benchmark]
    public int Pieces()
    {
        int bytes = 0;
        foreach (int token in _tokens)
        {
            bytes += Vocabulary.GetPiece(token, _piece);
        }

        return bytes;
    }
}
