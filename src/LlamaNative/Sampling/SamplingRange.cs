using System.Runtime.CompilerServices;

namespace LlamaNative.Sampling;

/// <summary>Refuses values that native samplers would assert on or turn into nonsense.</summary>
internal static class SamplingRange
{
    /// <summary>More history than any model's context needs; each entry is allocated.</summary>
    private const int MaxHistory = 1 << 22;

    private const int MaxBreakers = 64;

    public static float Probability(float value, [CallerArgumentExpression(nameof(value))] string name = "") => Within(value, 0, 1, name);

    public static float Finite(float value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Within(value, float.MinValue, float.MaxValue, name);

    public static float Positive(float value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        Within(value, 0, float.MaxValue, name);

        // The inverse is used too, so the smallest positive numbers will not do.
        return float.IsFinite(1 / value) ? value : throw Error(value, "more than 0", name);
    }

    /// <summary>A temperature; one so small that logits divided by it exceed the largest float counts as 0.</summary>
    public static float Temperature(float value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Math.Abs(Finite(value, name)) < 1e-30f ? 0 : value;

    /// <summary>Each breaker is looked for in the text of every token, so their number is bounded.</summary>
    public static void Breakers(IReadOnlyList<string> sequenceBreakers)
    {
        ArgumentNullException.ThrowIfNull(sequenceBreakers);
        for (int i = 0; i < sequenceBreakers.Count; i++)
        {
            if (i == MaxBreakers || string.IsNullOrEmpty(sequenceBreakers[i]))
            {
                throw new ArgumentException($"There are at most {MaxBreakers} DRY sequence breakers, none of them empty.", nameof(sequenceBreakers));
            }
        }
    }

    public static int History(int value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and <= MaxHistory ? value : throw Error(value, $"from 0 to {MaxHistory}", name);

    public static nuint Keep(int value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 ? (nuint)value : throw Error(value, "0 or more", name);

    private static float Within(float value, float min, float max, string name) =>
        value >= min && value <= max ? value : throw Error(value, $"from {min} to {max}", name);

    private static ArgumentOutOfRangeException Error(object value, string range, string name)
    {
        string option = name[(name.LastIndexOf('.') + 1)..];
        return new ArgumentOutOfRangeException(option, value, $"{option} is {value}; it must be {range}.");
    }
}
