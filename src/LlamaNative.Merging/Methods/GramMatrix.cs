namespace LlamaNative.Merging.Methods;

/// <summary>
/// The dot products of some vectors with each other. Lengths and angles of any combination of the vectors follow from it, so that
/// methods that reason about directions read each tensor once and store no vectors.
/// </summary>
internal sealed class GramMatrix(int count)
{
    private readonly double[] _dots = new double[count * count];

    public int Count => count;

    public double this[int i, int j]
    {
        get => _dots[(i * count) + j];
        set => _dots[(i * count) + j] = _dots[(j * count) + i] = value;
    }

    public void Add(GramMatrix other)
    {
        for (int i = 0; i < _dots.Length; i++)
        {
            _dots[i] += other._dots[i];
        }
    }

    public double Norm(int vector) => Math.Sqrt(this[vector, vector]);

    /// <summary>The cosine between two vectors; 0 if one of them is zero.</summary>
    public double Cosine(int i, int j)
    {
        // The root of the product, not the product of roots: the cosine of a vector and itself is then exactly 1.
        double lengths = Math.Sqrt(this[i, i] * this[j, j]);
        return lengths > 0 ? Math.Clamp(this[i, j] / lengths, -1, 1) : 0;
    }

    /// <summary>The same vectors with length 1; zero vectors stay zero.</summary>
    public GramMatrix OfUnits()
    {
        var units = new GramMatrix(count);
        for (int i = 0; i < count; i++)
        {
            for (int j = i; j < count; j++)
            {
                units[i, j] = Cosine(i, j);
            }
        }

        return units;
    }

    /// <summary>The dot product of Σ cᵢ·xᵢ with a vector.</summary>
    public double Dot(ReadOnlySpan<double> combination, int vector)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += combination[i] * this[i, vector];
        }

        return sum;
    }

    /// <summary>The length of Σ cᵢ·xᵢ.</summary>
    public double Norm(ReadOnlySpan<double> combination)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += combination[i] * Dot(combination, i);
        }

        return Math.Sqrt(Math.Max(0, sum));
    }
}
