using LlamaNative.Grammars;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative.Sampling;

/// <summary>
/// Constrains any sampler to a grammar. The sampler chooses first; only if the grammar rejects its token is every token checked
/// and the sampler called again. Owns the sampler and the grammar. The grammar may change between tokens.
/// </summary>
internal sealed class ConstrainedSampler(Vocabulary vocabulary, ITokenSampler sampler, GrammarSampler? grammar) : ITokenSampler, IDisposable
{
    private CandidateList? _candidates;
    private float[] _masked = [];

    /// <summary>The active grammar; null allows every token. The setter disposes neither the old nor the new one.</summary>
    public GrammarSampler? Grammar { get; set; } = grammar;

    public int Sample(ReadOnlySpan<float> logits)
    {
        int token = sampler.Sample(logits);
        if (Allows(token))
        {
            return token;
        }

        token = sampler is SamplerChain chain ? chain.SampleAllowed(logits, Grammar!) : sampler.Sample(Mask(logits));
        return Allows(token)
            ? token
            : throw new GrammarException($"The sampler {sampler.GetType().Name} chose token {token}, which the grammar does not allow.");
    }

    public void Accept(int token)
    {
        Grammar?.Accept(token);
        sampler.Accept(token);
    }

    public void AcceptPrompt(ReadOnlySpan<int> tokens) => sampler.AcceptPrompt(tokens);

    public void Reset()
    {
        Grammar?.Reset();
        sampler.Reset();
    }

    public void Dispose()
    {
        (sampler as IDisposable)?.Dispose();
        Grammar?.Dispose();
        _candidates?.Dispose();
    }

    private bool Allows(int token)
    {
        // The native grammar would read past the end of its table.
        vocabulary.CheckToken(token);
        return Grammar?.Allows(token) ?? true;
    }

    /// <summary>The logits, with negative infinity for each token that the grammar does not allow.</summary>
    private ReadOnlySpan<float> Mask(ReadOnlySpan<float> logits)
    {
        if (_candidates is null)
        {
            _candidates = new CandidateList(vocabulary.Count);
            _masked = new float[vocabulary.Count];
        }

        using var keepAlive = new HandleReference(_candidates.Memory);
        _candidates.Fill(logits);
        Grammar!.Filter(_candidates);
        _candidates.CopyTo(_masked);
        return _masked;
    }
}
