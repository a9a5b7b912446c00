namespace LlamaNative.Merging.Sparsify;

/// <summary>
/// Keeps deltas by size: all except the <c>dropTop</c> largest and the <c>dropBottom</c> smallest of a tensor.
/// </summary>
internal sealed class SizeSparsifier : Sparsifier
{
    private readonly TopBoundary _outliers;
    private readonly TopBoundary _kept;
    private readonly double _density;

    private SizeSparsifier(long dropTop, long keep, long total, double density)
    {
        _outliers = new TopBoundary(dropTop, total);
        _kept = new TopBoundary(dropTop + keep, total);
        _density = density;
    }

    /// <summary>TIES: keeps the int(density·n) largest deltas.</summary>
    /// <exception cref="MergeException">density × n rounds down to zero.</exception>
    public static Sparsifier Largest(double density, long total)
    {
        if (density >= 1)
        {
            return new KeepAll();
        }

        long keep = (long)(density * total);
        return keep > 0
            ? new SizeSparsifier(0, keep, total, density)
            : throw new MergeException($"density {density} × {total} elements rounds down to zero; raise density");
    }

    /// <summary>Keeps the given number of largest elements.</summary>
    public static SizeSparsifier OfCount(long keep, long total) => new(0, keep, total, (double)keep / total);

    /// <summary>
    /// Breadcrumbs: drops the int(gamma·n) largest deltas, and as many of the smallest as needed to reach the density.
    /// </summary>
    public static Sparsifier WithoutOutliers(double density, double gamma, long total)
    {
        if (density >= 1)
        {
            return new KeepAll();
        }

        long target = (long)(density * total);
        long top = (long)(gamma * total);
        long bottom = total - target - top;
        if (bottom < 0)
        {
            (top, bottom) = (top + bottom, 0);
        }

        return new SizeSparsifier(top, total - top - bottom, total, density);
    }

    public override double ScaleFor(Rescale rescale) => rescale == Rescale.InverseDensity ? 1 / _density : 1;

    public override IEnumerable<BlockPass<DeltaBlock>> Passes()
    {
        TopBoundary[] boundaries = [.. new[] { _outliers, _kept }.Where(boundary => boundary.IsInside)];
        if (boundaries.Length == 0)
        {
            yield break;
        }

        foreach (BlockPass<DeltaBlock> pass in SizeCounting.Passes(boundaries))
        {
            yield return pass;
        }

        TopBoundary[] cut = [.. boundaries.Where(boundary => boundary.CutsTies)];
        if (cut.Length > 0)
        {
            yield return BlockPass<DeltaBlock>.Of(
                (in DeltaBlock block) => CountTies(block, cut),
                ties =>
                {
                    for (int i = 0; i < cut.Length; i++)
                    {
                        cut[i].AddTies(ties[i]);
                    }
                });
        }
    }

    public override void Keep(in DeltaBlock block, Span<float> factors)
    {
        TopBoundary.Reader outliers = _outliers.Read(block.Index);
        TopBoundary.Reader kept = _kept.Read(block.Index);
        for (int i = 0; i < block.Deltas.Length; i++)
        {
            float delta = block.Deltas[i];
            factors[i] = !outliers.IsTop(delta) & kept.IsTop(delta) ? 1 : 0;
        }
    }

    private static long[] CountTies(in DeltaBlock block, TopBoundary[] cut)
    {
        var ties = new long[cut.Length];
        for (int i = 0; i < cut.Length; i++)
        {
            ties[i] = cut[i].CountTies(block.Deltas);
        }

        return ties;
    }
}
