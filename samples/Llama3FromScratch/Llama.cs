using Llama3FromScratch.Model;
using LlamaNative.Compute;

namespace Llama3FromScratch;

/// <summary>Generates token by token: the forward pass in a loop, with a cache of keys and values.</summary>
internal sealed class Llama : IDisposable
{
    // Graphs for single tokens cover a multiple of this many cache cells, so that one graph is reused for many tokens.
    private const int Stretch = 256;

    private readonly LlamaWeights _weights;
    private readonly Backend _backend;
    private readonly KeyValueCache _cache;
    private readonly float[] _logits;
    private ForwardPass? _single;
    private int _singleVisible;

    /// <summary>Maps a model's weights and allocates the cache for a number of tokens.</summary>
    /// <exception cref="ArgumentException">The file is not a LLaMA, or was trained with a smaller context size.</exception>
    public Llama(string path, int contextSize, int threads = 1)
    {
        _weights = new LlamaWeights(path);
        try
        {
            if (contextSize < 1 || contextSize > _weights.Shape.ContextLength)
            {
                throw new ArgumentException(
                    $"The prompt and its continuation take {contextSize} tokens; this model was trained on "
                    + $"{_weights.Shape.ContextLength}.");
            }

            _backend = Backend.CreateCpu(threads);
            _cache = new KeyValueCache(Shape, (contextSize + Stretch - 1) / Stretch * Stretch, _backend);
            _logits = new float[_weights.Output.Shape[1]];
        }
        catch
        {
            _weights.Dispose();
            _backend?.Dispose();
            throw;
        }
    }

    public LlamaShape Shape => _weights.Shape;

    public LlamaWeights Weights => _weights;

    public Backend Backend => _backend;

    /// <summary>The number of tokens evaluated so far.</summary>
    public int Count { get; private set; }

    /// <summary>Builds a traced pass over a prompt; dispose it after use.</summary>
    public ForwardPass Trace(ReadOnlySpan<int> prompt, CancellationToken cancellationToken = default)
    {
        var pass = new ForwardPass(_weights, _cache, _backend, prompt.Length, Count + prompt.Length, traced: true);
        pass.Run(prompt, Count, cancellationToken);
        Count += prompt.Length;
        return pass;
    }

    /// <summary>Evaluates tokens and returns the logits of the last one. The next call overwrites them.</summary>
    public ReadOnlySpan<float> Forward(scoped ReadOnlySpan<int> tokens, CancellationToken cancellationToken = default)
    {
        if (Count + tokens.Length > _cache.Cells)
        {
            throw new ArgumentException($"The cache has {_cache.Cells} cells, of which {Count} are used.", nameof(tokens));
        }

        if (tokens.Length > 1)
        {
            using var pass = new ForwardPass(_weights, _cache, _backend, tokens.Length, Count + tokens.Length, traced: false);
            return Run(pass, tokens, cancellationToken);
        }

        int visible = ((Count / Stretch) + 1) * Stretch;
        if (_single is null || _singleVisible != visible)
        {
            _single?.Dispose();
            _single = new ForwardPass(_weights, _cache, _backend, 1, visible, traced: false);
            _singleVisible = visible;
        }

        return Run(_single, tokens, cancellationToken);
    }

    public void Dispose()
    {
        _single?.Dispose();
        _cache.Dispose();
        _backend.Dispose();
        _weights.Dispose();
    }

    private float[] Run(ForwardPass pass, scoped ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        pass.Run(tokens, Count, cancellationToken);
        Count += tokens.Length;
        pass.Logits.Read<float>(_logits);
        return _logits;
    }
}
