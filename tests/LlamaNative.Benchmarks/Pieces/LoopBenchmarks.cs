using BenchmarkDotNet.Attributes;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Sampling;

namespace LlamaNative.Benchmarks.Pieces;

/// <summary>The cost of a token: sampling it with a full chain, evaluating it, and the pipeline around both.</summary>
[MemoryDiagnoser]
public class LoopBenchmarks
{
    private const int Tokens = 64;

    private static readonly SamplingOptions s_sampling = new()
    {
        RepeatPenalty = 1.1f,
        FrequencyPenalty = 0.1f,
        PresencePenalty = 0.1f,
        TopP = 0.9f,
        Seed = 1,
    };

    private readonly BenchmarkModel _model = new();
    private readonly TokenBatch _batch = new(1);
    private float[] _logits = [];
    private SamplerChain _chain = null!;
    private LlamaContext _context = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        _logits = [.. Enumerable.Range(0, _model.Model.Vocabulary.Count).Select(_ => (random.NextSingle() * 20) - 10)];
        _chain = SamplerChain.Create(_model.Model.Vocabulary, s_sampling);
        _context = new LlamaContext(_model.Model, new ContextOptions { ContextSize = 512, Threads = 1 });
    }

    [GlobalCleanup]
    public void Clean()
    {
        _context.Dispose();
        _chain.Dispose();
        _batch.Dispose();
        _model.Dispose();
    }

    [Benchmark]
    public int Sample()
    {
        int token = _chain.Sample(_logits);
        _chain.Accept(token);
        return token;
    }

    [Benchmark(OperationsPerInvoke = Tokens)]
    public void Decode()
    {
        _context.Cache.Clear();
        for (int i = 0; i < Tokens; i++)
        {
            _batch.Clear();
            _batch.Add(1, i, logits: true);
            _context.Decode(_batch);
        }
    }

    [Benchmark(OperationsPerInvoke = Tokens)]
    public int Generate()
    {
        var options = new GenerationOptions
        {
            MaxTokens = Tokens,
            StopAtEndOfGeneration = false,
            StopSequences = ["never to be seen"],
            ReuseCache = false,
            Sampling = s_sampling,
        };
        return new TextGenerator(_context).Generate("a", options).Usage.CompletionTokens;
    }
}
