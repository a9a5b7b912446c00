using System.Numerics.Tensors;

namespace LlamaNative.Generation;

/// <summary>
/// Logits as log-probabilities: log softmax(x)ᵢ = xᵢ - log Σ exp xⱼ, with the largest taken out so that nothing overflows.
/// </summary>
internal static class LogSoftmax
{
    private const int Chunk = 512;

    /// <summary>
    /// log Σ exp xⱼ; sums of a chunk are floats, the chunks add up as doubles. Negative infinity for none or all forbidden.
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

    /// <summary>The log-probability of one logit among those whose <see cref="LogSumExp"/> is given.</summary>
    public static float Of(float logit, double logSumExp) =>
        float.IsNegativeInfinity(logit) ? float.NegativeInfinity : (float)(logit - logSumExp);
}
