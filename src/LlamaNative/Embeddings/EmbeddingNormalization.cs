using System.Numerics.Tensors;

namespace LlamaNative.Embeddings;

/// <summary>
/// How embeddings are normalized. Mirrors llama.cpp's <c>common_embd_normalize</c> (option <c>--embd-normalize</c>). A zero
/// vector stays zero.
/// </summary>
public readonly record struct EmbeddingNormalization
{
    private const double Int16Range = 32760;
    private readonly Kind _kind;
    private readonly int _p;

    private EmbeddingNormalization(Kind kind, int p = 0)
    {
        _kind = kind;
        _p = p;
    }

    private enum Kind
    {
        None,
        MaxAbsolute,
        PNorm,
    }

    /// <summary>No normalization.</summary>
    public static EmbeddingNormalization None => default;

    /// <summary>Scales the largest absolute value to 32760, so that the values fit 16-bit integers.</summary>
    public static EmbeddingNormalization MaxAbsolute => new(Kind.MaxAbsolute);

    /// <summary>L1 norm: the absolute values sum to 1.</summary>
    public static EmbeddingNormalization Taxicab => PNorm(1);

    /// <summary>L2 norm: the length is 1, so the dot product of two embeddings is their cosine similarity.</summary>
    public static EmbeddingNormalization Euclidean => PNorm(2);

    /// <summary>Lp norm: the p-th root of the sum of the absolute values' p-th powers is 1.</summary>
    /// <param name="p">The order of the norm, at least 1.</param>
    public static EmbeddingNormalization PNorm(int p)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(p, 1);
        return new EmbeddingNormalization(Kind.PNorm, p);
    }

    /// <summary>Normalizes one embedding in place.</summary>
    public void Apply(Span<float> embedding)
    {
        if (_kind == Kind.None)
        {
            return;
        }

        double size = _kind == Kind.MaxAbsolute ? Math.Abs(TensorPrimitives.MaxMagnitude<float>(embedding)) / Int16Range : Norm(embedding);
        TensorPrimitives.Multiply(embedding, size > 0 ? (float)(1 / size) : 0, embedding);
    }

    private double Norm(ReadOnlySpan<float> embedding)
    {
        double sum = 0;
        foreach (float value in embedding)
        {
            double magnitude = Math.Abs(value);
            sum += _p switch { 1 => magnitude, 2 => magnitude * magnitude, _ => Math.Pow(magnitude, _p) };
        }

        return _p switch { 1 => sum, 2 => Math.Sqrt(sum), _ => Math.Pow(sum, 1.0 / _p) };
    }
}
