using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative.Sampling;

/// <summary>
/// Builds a sampler chain step by step, for chains that <see cref="SamplingOptions"/> cannot express. Samplers run in the order
/// added, and the last one must choose a token: <see cref="Greedy"/>, <see cref="Distribution"/>, Mirostat, adaptive-p or a
/// custom sampler.
/// </summary>
/// <remarks>
/// Methods that add a sampler throw <see cref="ArgumentException"/> for values that llama.cpp does not support, and
/// <see cref="InvalidOperationException"/> after <see cref="Build"/>.
/// </remarks>
public sealed unsafe partial class SamplerChainBuilder : IDisposable
{
    private readonly Vocabulary _vocabulary;
    private readonly List<CustomSamplerBridge> _custom = [];
    private readonly List<nint> _history = [];
    private readonly SamplerHandle _chain;
    private GrammarSampler? _grammar;
    private bool _built;

    /// <summary>Starts an empty chain for a model's vocabulary.</summary>
    public SamplerChainBuilder(Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        _vocabulary = vocabulary;
        _chain = new SamplerHandle(
            LlamaSamplers.llama_sampler_chain_init(LlamaSystem.llama_sampler_chain_default_params()),
            vocabulary.Handle);
    }

    internal Vocabulary Vocabulary => _vocabulary;

    /// <summary>Adds a sampler written in C#.</summary>
    public SamplerChainBuilder Add(CustomSampler sampler)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        ThrowIfDone();
        var bridge = new CustomSamplerBridge(sampler, _vocabulary.Count);
        _custom.Add(bridge);
        return Add(bridge.CreateNative());
    }

    /// <summary>Builds the chain, which the caller then owns.</summary>
    /// <exception cref="InvalidOperationException">The chain is already built.</exception>
    public SamplerChain Build()
    {
        ThrowIfDone();
        _built = true;
        return new SamplerChain(_vocabulary, _chain, _grammar, [.. _custom], _history);
    }

    /// <summary>Frees the samplers if they were not built into a chain.</summary>
    public void Dispose()
    {
        if (!_built)
        {
            _chain.Dispose();
            _grammar?.Dispose();
        }
    }

    private SamplerChainBuilder Add(llama_sampler* sampler)
    {
        ThrowIfDone();
        if (sampler is null)
        {
            throw new LlamaException("llama.cpp could not create a sampler." + NativeLog.Tail());
        }

        LlamaSamplers.llama_sampler_chain_add(_chain, sampler);
        return this;
    }

    private SamplerChainBuilder AddWithHistory(llama_sampler* sampler)
    {
        Add(sampler);
        _history.Add((nint)sampler);
        return this;
    }

    private void ThrowIfDone()
    {
        ObjectDisposedException.ThrowIf(_chain.IsClosed, this);
        if (_built)
        {
            throw new InvalidOperationException("The chain is already built. Create a new builder.");
        }
    }
}
