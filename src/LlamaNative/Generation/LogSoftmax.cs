using System.Numerics.Tensors;

namespace LlamaNative.Generation;

/// <summary>
/// Converts logits to log-probabilities: log softmax(x)ᵢ = xᵢ - log Σ exp xⱼ, with the maximum subtracted to avoid overflow.
/// </summary>
internal static class LogSoftmax
{
    private const int Chunk = 512;

    /// <summary>
    /// log Σ exp xⱼ, summed in float within a chunk and in double across chunks. Negative infinity for an empty span or if
    /// every logit is negative infinity.
    /// </summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        if (logits.IsEmpty)
        {
            return double.NegativeInfinity;
        }

        float max = TensorPrimitives.Max(logits);
        if (float.IsInfinity(max))
        {
            return max;
        }

        Span<float> terms = stackalloc float[Chunk];
        double sum = 0;
        while (logits.Length > 0)
        {
            Span<float> part = terms[..Math.Min(Chunk, logits.Length)];
            TensorPrimitives.Subtract(logits[..part.Length], max, part);
            TensorPrimitives.Exp<float>(part, part);
            sum += TensorPrimitives.Sum<float>(part);
            logits = logits[part.Length..];
        }

        return max + Math.Log(sum);
    }

    /// <summary>The log-probability of one logit, given the <see cref="LogSumExp"/> of all.</summary>
    public static float Of(float logit, double logSumExp) =>
        float.IsNegativeInfinity(logit) ? float.NegativeInfinity : (float)(logit - logSumExp);
}
