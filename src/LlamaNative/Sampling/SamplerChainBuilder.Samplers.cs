using System.Runtime.InteropServices;
using LlamaNative.Grammars;
using LlamaNative.Interop;

namespace LlamaNative.Sampling;

public sealed unsafe partial class SamplerChainBuilder
{
    /// <summary>Makes llama.cpp choose a random seed.</summary>
    internal const uint RandomSeed = NativeConstants.LLAMA_DEFAULT_SEED;

    /// <summary>Keeps the k most probable tokens; 0 or less keeps all.</summary>
    public SamplerChainBuilder TopK(int k) => Add(LlamaSamplers.llama_sampler_init_top_k(k));

    /// <summary>Nucleus sampling: keeps the smallest set of most probable tokens whose total probability reaches p.</summary>
    public SamplerChainBuilder TopP(float p, int minKeep = 0) =>
        Add(LlamaSamplers.llama_sampler_init_top_p(SamplingRange.Probability(p), SamplingRange.Keep(minKeep)));

    /// <summary>Keeps tokens whose probability is at least p times that of the most probable token.</summary>
    public SamplerChainBuilder MinP(float p, int minKeep = 0) =>
        Add(LlamaSamplers.llama_sampler_init_min_p(SamplingRange.Probability(p), SamplingRange.Keep(minKeep)));

    /// <summary>Locally typical sampling: keeps the most typical tokens whose total probability reaches p.</summary>
    public SamplerChainBuilder TypicalP(float p, int minKeep = 0) =>
        Add(LlamaSamplers.llama_sampler_init_typical(SamplingRange.Probability(p), SamplingRange.Keep(minKeep)));

    /// <summary>Keeps tokens whose logit is within n standard deviations of the largest.</summary>
    public SamplerChainBuilder TopNSigma(float n) => Add(LlamaSamplers.llama_sampler_init_top_n_sigma(SamplingRange.Finite(n)));

    /// <summary>
    /// XTC: with the given probability, removes all tokens above the threshold except the least probable of them.
    /// </summary>
    public SamplerChainBuilder Xtc(float probability, float threshold, int minKeep = 0, uint? seed = null) =>
        Add(LlamaSamplers.llama_sampler_init_xtc(
            SamplingRange.Probability(probability), SamplingRange.Probability(threshold), SamplingRange.Keep(minKeep), seed ?? RandomSeed));

    /// <summary>Divides the logits by a temperature; 0 or less keeps only the most probable token.</summary>
    public SamplerChainBuilder Temperature(float temperature) =>
        Add(LlamaSamplers.llama_sampler_init_temp(SamplingRange.Temperature(temperature)));

    /// <summary>
    /// Dynamic temperature: varies by up to ±range around the temperature with the entropy of the distribution.
    /// </summary>
    public SamplerChainBuilder DynamicTemperature(float temperature, float range, float exponent) =>
        Add(LlamaSamplers.llama_sampler_init_temp_ext(
            SamplingRange.Temperature(temperature), SamplingRange.Finite(range), SamplingRange.Finite(exponent)));

    /// <summary>Applies repetition, frequency and presence penalties over the last tokens.</summary>
    public SamplerChainBuilder Penalties(int lastN, float repeat = 1, float frequency = 0, float presence = 0) =>
        AddWithHistory(ReleaseProfile.Loaded.CreatePenalties(
            _vocabulary.Count, SamplingRange.History(lastN), SamplingRange.Positive(repeat), SamplingRange.Finite(frequency),
            SamplingRange.Finite(presence)));

    /// <summary>DRY: penalizes tokens that would extend a repetition.</summary>
    public SamplerChainBuilder Dry(float multiplier, float @base, int allowedLength, int lastN, IReadOnlyList<string> sequenceBreakers)
    {
        SamplingRange.Breakers(sequenceBreakers);
        SamplingRange.History(allowedLength);
        var texts = new nint[sequenceBreakers.Count];
        try
        {
            for (int i = 0; i < texts.Length; i++)
            {
                texts[i] = Marshal.StringToCoTaskMemUTF8(sequenceBreakers[i]);
            }

            fixed (nint* breakers = texts)
            {
                return AddWithHistory(ReleaseProfile.Loaded.CreateDry(
                    _vocabulary.Handle, SamplingRange.Finite(multiplier), SamplingRange.Finite(@base), allowedLength,
                    SamplingRange.History(lastN), (byte**)breakers, (nuint)texts.Length));
            }
        }
        finally
        {
            foreach (nint text in texts)
            {
                Marshal.FreeCoTaskMem(text);
            }
        }
    }

    /// <summary>Adds biases to the logits of individual tokens; negative infinity forbids a token.</summary>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or a bias is NaN or positive infinity.</exception>
    public SamplerChainBuilder LogitBias(IReadOnlyDictionary<int, float> biases)
    {
        ArgumentNullException.ThrowIfNull(biases);
        var native = new List<llama_logit_bias>(biases.Count);
        foreach ((int token, float bias) in biases)
        {
            SamplingRange.Bias(token, bias, _vocabulary.Count, nameof(biases));
            native.Add(new llama_logit_bias { token = token, bias = bias });
        }

        fixed (llama_logit_bias* pointer = CollectionsMarshal.AsSpan(native))
        {
            return Add(LlamaSamplers.llama_sampler_init_logit_bias(_vocabulary.Count, native.Count, pointer));
        }
    }

    /// <summary>Adjusts probabilities for fill-in-the-middle; only the choosing sampler may follow.</summary>
    public SamplerChainBuilder Infill()
    {
        // The native sampler asserts that one of these tokens exists.
        if (_vocabulary.Eot is null && _vocabulary.Eos is null)
        {
            throw new LlamaException("The infill sampler needs a vocabulary with an end-of-turn or end-of-text token.");
        }

        // The native buffer has this size; longer token text makes it throw through native frames.
        const int Room = 512;
        for (int token = 0; token < _vocabulary.Count; token++)
        {
            if (_vocabulary.GetPiece(token, Span<byte>.Empty) < -Room)
            {
                throw new LlamaException(
                    $"The infill sampler supports tokens of at most {Room} bytes; token {token} of this vocabulary is longer.");
            }
        }

        return Add(LlamaSamplers.llama_sampler_init_infill(_vocabulary.Handle));
    }

    /// <summary>Chooses the most probable token.</summary>
    public SamplerChainBuilder Greedy() => Add(LlamaSamplers.llama_sampler_init_greedy());

    /// <summary>Draws a token from the distribution.</summary>
    public SamplerChainBuilder Distribution(uint? seed = null) => Add(LlamaSamplers.llama_sampler_init_dist(seed ?? RandomSeed));

    /// <summary>Chooses a token with Mirostat, version 1.</summary>
    public SamplerChainBuilder MirostatV1(float tau, float eta, uint? seed = null, int m = 100) =>
        Add(LlamaSamplers.llama_sampler_init_mirostat(
            _vocabulary.Count, seed ?? RandomSeed, SamplingRange.Finite(tau), SamplingRange.Finite(eta), SamplingRange.History(m)));

    /// <summary>Chooses a token with Mirostat, version 2.</summary>
    public SamplerChainBuilder MirostatV2(float tau, float eta, uint? seed = null) =>
        Add(LlamaSamplers.llama_sampler_init_mirostat_v2(seed ?? RandomSeed, SamplingRange.Finite(tau), SamplingRange.Finite(eta)));

    /// <summary>
    /// Adaptive-p: chooses tokens near a target probability; a negative target samples from the unmodified distribution.
    /// </summary>
    public SamplerChainBuilder AdaptiveP(float target, float decay, uint? seed = null) =>
        Add(LlamaSamplers.llama_sampler_init_adaptive_p(SamplingRange.Finite(target), SamplingRange.Probability(decay),
            seed ?? RandomSeed));

    /// <summary>
    /// Constrains the output to a grammar. The grammar runs outside the chain, as in llama.cpp's tools: the chain chooses
    /// first, and only if the grammar rejects its token are all candidates filtered, which is much cheaper.
    /// </summary>
    /// <param name="gbnf">The grammar in llama.cpp's GBNF.</param>
    /// <param name="root">The start rule.</param>
    /// <exception cref="GrammarException">The grammar is invalid.</exception>
    public SamplerChainBuilder Grammar(string gbnf, string root = "root")
    {
        ThrowIfDone();
        var grammar = GrammarSampler.Create(_vocabulary, gbnf, root);
        _grammar?.Dispose();
        _grammar = grammar;
        return this;
    }
}
