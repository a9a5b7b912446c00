namespace LlamaNative.Merging.Sparsify;

/// <summary>DARE: keeps each delta with the same probability.</summary>
internal sealed class RandomSparsifier(double density, KeyedRandom random) : Sparsifier
{
    public static Sparsifier Create(double density, KeyedRandom random) =>
        density >= 1 ? new KeepAll() : new RandomSparsifier(density, random);

    public override double ScaleFor(Rescale rescale) => rescale == Rescale.InverseDensity && density > 0 ? 1 / density : 1;

    public override void Keep(in DeltaBlock block, Span<float> factors)
    {
        for (int i = 0; i < factors.Length; i++)
        {
            factors[i] = random.At(block.FirstElement + i) < density ? 1 : 0;
        }
    }
}
