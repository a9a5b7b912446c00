namespace LlamaNative.Tensors;

/// <summary>
/// Saturating arithmetic on non-negative sizes: results are capped at <see cref="TooMany"/>, so that malicious shapes and strides cannot
/// overflow a bounds check.
/// </summary>
internal static class Saturating
{
    /// <summary>2^63 - 1: the result of an overflow, and larger than any memory or file.</summary>
    public const long TooMany = long.MaxValue;

    public static long Add(long a, long b) => b > TooMany - a ? TooMany : a + b;

    public static long Multiply(long a, long b) => Math.BigMul(a, b, out long low) == 0 && low >= 0 ? low : TooMany;
}
