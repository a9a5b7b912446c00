using LlamaNative.Embeddings;

namespace LlamaNative.Tests.Embeddings;

/// <summary>Normalization, computed by hand with the formulas of llama.cpp's common_embd_normalize.</summary>
public sealed class EmbeddingNormalizationTests
{
    [Fact]
    public void Every_kind_is_its_formula()
    {
        // 3-4-5: Euclidean length 5, taxicab 7, cube root of 27 + 64 = 4.4979414.
        Assert.Equal([3f, -4f], Apply(EmbeddingNormalization.None));
        Assert.Equal([0.6f, -0.8f], Apply(EmbeddingNormalization.Euclidean));
        AssertEqual([3f / 7, -4f / 7], Apply(EmbeddingNormalization.Taxicab));
        AssertEqual([3f / 4.4979414f, -4f / 4.4979414f], Apply(EmbeddingNormalization.PNorm(3)));
        AssertEqual([24570f, -32760f], Apply(EmbeddingNormalization.MaxAbsolute));
        Assert.Equal(EmbeddingNormalization.Euclidean, EmbeddingNormalization.PNorm(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddingNormalization.PNorm(0));
    }

    [Fact]
    public void Zeros_stay_zeros()
    {
        foreach (EmbeddingNormalization kind in (EmbeddingNormalization[])[EmbeddingNormalization.None, EmbeddingNormalization.Euclidean,
            EmbeddingNormalization.Taxicab, EmbeddingNormalization.MaxAbsolute, EmbeddingNormalization.PNorm(5)])
        {
            float[] zeros = new float[4];
            kind.Apply(zeros);
            Assert.Equal(new float[4], zeros);
        }
    }

    private static float[] Apply(EmbeddingNormalization normalization)
    {
        float[] values = [3, -4];
        normalization.Apply(values);
        return values;
    }

    private static void AssertEqual(float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance: Math.Abs(expected[i]) * 1e-6f);
        }
    }
}
