namespace LlamaNative.Tensors;

/// <summary>
/// Arithmetic of sizes that are not negative, which stops at <see cref="TooMany"/>, so that hostile shapes and strides
/// cannot wrap around a bounds check.
/// </summary>
internal static class Saturating
{
    /// <summary>2^63 - 1: what does not fit, and more than any memory or file holds.</summary>
    public const long TooMany = long.MaxValue;

    public static long Add(long a, long b) => b > TooMany - a ? TooMany : a + b;

    public static long Multiply(long a, long b) => Math.BigMul(a, b, out long low) == 0 && low >= 0 ? low : TooMany;
}
