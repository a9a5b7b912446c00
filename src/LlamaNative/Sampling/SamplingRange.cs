using System.Runtime.CompilerServices;

namespace LlamaNative.Sampling;

/// <summary>Rejects values that would fail native assertions or produce meaningless results.</summary>
internal static class SamplingRange
{
    /// <summary>Longer than any model's context; each entry is allocated.</summary>
    private const int MaxHistory = 1 << 22;

    private const int MaxBreakers = 64;

    public static float Probability(float value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        OptionCheck.InRange(value, 0, 1, name);

    public static float Finite(float value, [CallerArgumentExpression(nameof(value))] string name = "") => OptionCheck.Finite(value, name);

    public static float Positive(float value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        OptionCheck.InRange(value, 0, float.MaxValue, name);

        // The inverse is used too, so the smallest positive floats, whose inverse is infinite, are rejected.
        return float.IsFinite(1 / value) ? value : throw OptionCheck.OutOfRange(value, "more than 0", name);
    }

    /// <summary>A temperature; one so small that dividing logits by it overflows counts as 0.</summary>
    public static float Temperature(float value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Math.Abs(Finite(value, name)) < 1e-30f ? 0 : value;

    /// <summary>Each breaker is searched in the text of every token, so their number is limited.</summary>
    public static void Breakers(IReadOnlyList<string> sequenceBreakers,
        [CallerArgumentExpression(nameof(sequenceBreakers))] string name = "")
    {
        OptionCheck.NotNull(sequenceBreakers, name);
        for (int i = 0; i < sequenceBreakers.Count; i++)
        {
            if (i == MaxBreakers || string.IsNullOrEmpty(sequenceBreakers[i]))
            {
                throw OptionCheck.Invalid($"DRY takes at most {MaxBreakers} sequence breakers, and none may be null or empty.", name);
            }
        }
    }

    public static int History(int value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        OptionCheck.InRange(value, 0, MaxHistory, name);

    public static nuint Keep(int value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        (nuint)OptionCheck.AtLeast(value, 0, name);

    /// <summary>Checks the bias of one token.</summary>
    public static void Bias(int token, float bias, int vocabularySize, string name)
    {
        // llama.cpp uses the token as an index into the logits.
        if ((uint)token >= (uint)vocabularySize)
        {
            throw OptionCheck.Invalid($"{name} has token {token}; token ids of this vocabulary run from 0 to {vocabularySize - 1}.", name);
        }

        if (float.IsNaN(bias) || float.IsPositiveInfinity(bias))
        {
            throw OptionCheck.Invalid($"{name} sets the bias of token {token} to {bias}; it must be finite or negative infinity.", name);
        }
    }
}
