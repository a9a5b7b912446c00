using LlamaNative.Models;

namespace LlamaNative.Embeddings;

/// <summary>The tokens of one input and how many were cut off.</summary>
internal readonly record struct TokenizedInput(int[] Tokens, int Truncated)
{
    /// <summary>Takes tokens that are not too many, or does with others as the policy says.</summary>
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

        // The token that ends a text carries meaning (pooling by the last token is that token), so it stays.
        int last = tokens[^1];
        int[] cut = tokens[..maxTokens];
        if (maxTokens > 1 && (last == vocabulary.Eos || last == vocabulary.Separator))
        {
            cut[^1] = last;
        }

        return new TokenizedInput(cut, tokens.Length - maxTokens);
    }
}
