namespace LlamaNative.Generation;

/// <summary>A token and the natural logarithm of its probability.</summary>
/// <param name="Token">The token id.</param>
/// <param name="LogProbability">At most 0; negative infinity for an impossible token.</param>
public readonly record struct TokenLogProbability(int Token, float LogProbability);

/// <summary>
/// A token of a text with the probability that the model assigned to it, before samplers and logits processors. The
/// probabilities of the whole vocabulary sum to 1.
/// </summary>
/// <param name="Token">The token id.</param>
/// <param name="LogProbability">The natural logarithm of its probability.</param>
/// <param name="Top">The most probable tokens at this position in descending order, as many as requested; may include the token
/// itself.</param>
public readonly record struct ScoredToken(int Token, float LogProbability, ReadOnlyMemory<TokenLogProbability> Top);
