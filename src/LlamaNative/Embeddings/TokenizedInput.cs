using LlamaNative.Models;

namespace LlamaNative.Embeddings;

/// <summary>The tokens of one input and the number of tokens cut off.</summary>
internal readonly record struct TokenizedInput(int[] Tokens, int Truncated)
{
    /// <summary>Returns tokens that fit unchanged; truncates or rejects others according to the policy.</summary>
    public static TokenizedInput Fit(Vocabulary vocabulary, int[] tokens, int index, int maxTokens, LongInputPolicy policy)
    {
        if (tokens.Length <= maxTokens)
        {
            return new TokenizedInput(tokens, 0);
        }

        if (policy != LongInputPolicy.Truncate)
        {
            throw new InputTooLongException(index, tokens.Length, maxTokens);
        }

        // Keep the end-of-text token: last-token pooling uses its embedding.
        int last = tokens[^1];
        int[] cut = tokens[..maxTokens];
        if (maxTokens > 1 && (last == vocabulary.Eos || last == vocabulary.Separator))
        {
            cut[^1] = last;
        }

        return new TokenizedInput(cut, tokens.Length - maxTokens);
    }
}
