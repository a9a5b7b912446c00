namespace LlamaNative.Generation;

/// <summary>A token and the natural logarithm of the probability the model gave it.</summary>
/// <param name="Token">The token id.</param>
/// <param name="LogProbability">At most 0; negative infinity for a token that cannot come.</param>
public readonly record struct TokenLogProbability(int Token, float LogProbability);

/// <summary>
/// A token of a text with the probability the model gave it there, before any sampler or logits processor: over the whole
/// vocabulary the probabilities add up to 1.
/// </summary>
/// <param name="Token">The token id.</param>
/// <param name="LogProbability">The natural logarithm of its probability.</param>
/// <param name="Top">The most probable tokens at its place, the best first, as many as were asked for; the token itself may be among
/// them.</param>
public readonly record struct ScoredToken(int Token, float LogProbability, ReadOnlyMemory<TokenLogProbability> Top);
