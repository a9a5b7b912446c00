using LlamaNative.Grammars;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative.Sampling;

/// <summary>
/// A grammar applied alongside a sampler. The native grammar throws through C frames, which ends the process, when it accepts a
/// token that it does not allow; so every token is checked first.
/// </summary>
internal sealed unsafe class GrammarSampler(SamplerHandle sampler) : IDisposable
{
    private const int None = NativeConstants.LLAMA_TOKEN_NULL;
    private int _allowed = None;

    /// <exception cref="GrammarException">The grammar is invalid.</exception>
    public static GrammarSampler Create(Vocabulary vocabulary, string gbnf, string root)
    {
        vocabulary.CheckUsable();

        // The native parser is recursive and contains assertions; only checked grammars may reach it.
        GbnfGrammar grammar = GrammarSource.Parse(gbnf, root);
        NativeLog.Clear();
        llama_sampler* sampler = LlamaSamplers.llama_sampler_init_grammar(vocabulary.Handle, grammar.Text, grammar.Root);
        return sampler is not null
            ? new GrammarSampler(new SamplerHandle(sampler, vocabulary.Handle))
            : throw new GrammarException("llama.cpp rejected the grammar." + NativeLog.Tail());
    }

    /// <summary>Whether the grammar allows this token next.</summary>
    public bool Allows(int token)
    {
        var candidate = new llama_token_data { id = token, logit = 1 };
        var list = new llama_token_data_array { data = &candidate, size = 1, selected = -1 };
        LlamaSamplers.llama_sampler_apply(sampler, &list);
        bool allowed = !float.IsNegativeInfinity(candidate.logit);
        _allowed = allowed ? token : None;
        return allowed;
    }

    /// <summary>Removes the candidates that the grammar does not allow.</summary>
    public void Filter(CandidateList candidates)
    {
        llama_token_data_array* list = candidates.List;
        LlamaSamplers.llama_sampler_apply(sampler, list);
        nuint kept = 0;
        for (nuint i = 0; i < list->size; i++)
        {
            if (!float.IsNegativeInfinity(list->data[i].logit))
            {
                list->data[kept++] = list->data[i];
            }
        }

        if (kept == 0)
        {
            throw new GrammarException(
                "The grammar allows no token of the vocabulary next: no continuation matches, and the vocabulary has no end token.");
        }

        list->size = kept;
    }

    /// <summary>Advances the grammar by one token.</summary>
    public void Accept(int token)
    {
        if (_allowed != token && !Allows(token))
        {
            throw new GrammarException($"The grammar does not allow token {token} here.");
        }

        _allowed = None;
        LlamaSamplers.llama_sampler_accept(sampler, token);
    }

    public void Reset()
    {
        _allowed = None;
        LlamaSamplers.llama_sampler_reset(sampler);
    }

    public void Dispose() => sampler.Dispose();
}
