using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative.Sampling;

/// <summary>
/// A sampler chain with its state: recent tokens, random number generator, grammar position. A chain serves one generation at a
/// time; create one per concurrent generation.
/// </summary>
public sealed unsafe class SamplerChain : ITokenSampler, IDisposable
{
    private readonly SamplerHandle _chain;
    private readonly GrammarSampler? _grammar;
    private readonly CustomSamplerBridge[] _custom;
    private readonly List<nint> _history;
    private readonly CandidateList _candidates;
    private int _busy;

    internal SamplerChain(
        Vocabulary vocabulary, SamplerHandle chain, GrammarSampler? grammar, CustomSamplerBridge[] custom, List<nint> history)
    {
        Vocabulary = vocabulary;
        _chain = chain;
        _candidates = new CandidateList(vocabulary.Count);
        _grammar = grammar;
        _custom = custom;
        _history = history;
    }

    /// <summary>The vocabulary of the tokens it chooses from.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>Creates the chain that the options describe, as llama.cpp's tools do.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the exception names it.</exception>
    /// <exception cref="GrammarException">The grammar is invalid.</exception>
    public static SamplerChain Create(Vocabulary vocabulary, SamplingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        using var builder = new SamplerChainBuilder(vocabulary);
        return builder.AddOptions(options ?? new SamplingOptions()).Build();
    }

    /// <summary>Chooses the next token from the logits of a context's last evaluation. Does not allocate.</summary>
    /// <param name="context">The context.</param>
    /// <param name="index">The token of the last batch whose logits to use; -1 is the last one with logits.</param>
    public int Sample(LlamaContext context, int index = -1)
    {
        ArgumentNullException.ThrowIfNull(context);
        using LlamaContext.Lease lease = context.Enter();
        return Sample(context.BorrowLogits(index));
    }

    /// <inheritdoc/>
    /// <exception cref="LlamaException">A logit is NaN or positive infinity, every token is forbidden, or no sampler chose a
    /// token.</exception>
    /// <exception cref="GrammarException">The grammar allows no token of the vocabulary.</exception>
    public int Sample(ReadOnlySpan<float> logits)
    {
        if (logits.Length != Vocabulary.Count)
        {
            throw new ArgumentException($"Got {logits.Length} logits; the vocabulary has {Vocabulary.Count} tokens.", nameof(logits));
        }

        using Use use = Enter();
        _candidates.Fill(logits);
        int token = Choose();
        if (_grammar is null || _grammar.Allows(token))
        {
            return token;
        }

        _candidates.Fill(logits);
        _grammar.Filter(_candidates);
        return Choose();
    }

    /// <summary>Chooses among the tokens that both this chain's grammar and another one allow.</summary>
    internal int SampleAllowed(ReadOnlySpan<float> logits, GrammarSampler grammar)
    {
        using Use use = Enter();
        _candidates.Fill(logits);
        grammar.Filter(_candidates);
        _grammar?.Filter(_candidates);
        return Choose();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The token is not in the vocabulary.</exception>
    /// <exception cref="GrammarException">The grammar does not allow the token.</exception>
    public void Accept(int token)
    {
        Vocabulary.CheckToken(token);
        using Use use = Enter();
        _grammar?.Accept(token);
        LlamaSamplers.llama_sampler_accept(_chain, token);
        ThrowPending();
    }

    /// <inheritdoc/>
    public void AcceptPrompt(ReadOnlySpan<int> tokens)
    {
        using Use use = Enter();
        foreach (int token in tokens)
        {
            Vocabulary.CheckToken(token);
            foreach (nint sampler in _history)
            {
                LlamaSamplers.llama_sampler_accept((llama_sampler*)sampler, token);
            }
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        using Use use = Enter();
        LlamaSamplers.llama_sampler_reset(_chain);
        _grammar?.Reset();
        ThrowPending();
    }

    /// <summary>Frees the samplers once no call on another thread uses them.</summary>
    public void Dispose()
    {
        _chain.Dispose();
        _grammar?.Dispose();
        _candidates.Dispose();
    }

    private int Choose()
    {
        llama_token_data_array* list = _candidates.List;
        LlamaSamplers.llama_sampler_apply(_chain, list);
        ThrowPending();
        if ((ulong)list->selected >= list->size)
        {
            throw new LlamaException(
                "The sampler chain chose no token: its last sampler must choose one (greedy, distribution, Mirostat, adaptive-p).");
        }

        // When every token is forbidden or values overflowed, native samplers still select a candidate.
        llama_token_data chosen = list->data[list->selected];
        return float.IsFinite(chosen.logit) && !float.IsNaN(chosen.p)
            ? chosen.id
            : throw new LlamaException(
                $"The sampler chain has no token to choose: every token is forbidden, or a temperature or penalty overflowed (logit "
                + $"{chosen.logit}, probability {chosen.p}).");
    }

    private void ThrowPending()
    {
        foreach (CustomSamplerBridge bridge in _custom)
        {
            bridge.ThrowPending();
        }
    }

    private Use Enter()
    {
        if (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            throw new InvalidOperationException("The sampler chain is in use on another thread; create one chain per generation.");
        }

        try
        {
            // Dispose closes the chain's handle first, so a disposed chain fails here, before the second reference is taken.
            return new Use(this, new HandleReference(_chain), new HandleReference(_candidates.Memory));
        }
        catch
        {
            Volatile.Write(ref _busy, 0);
            throw;
        }
    }

    private readonly ref struct Use(SamplerChain owner, HandleReference chain, HandleReference candidates)
    {
        private readonly HandleReference _candidates = candidates;
        private readonly HandleReference _chain = chain;

        public void Dispose()
        {
            _candidates.Dispose();
            _chain.Dispose();
            Volatile.Write(ref owner._busy, 0);
        }
    }
}
