namespace LlamaNative.Merging.Sparsify;

/// <summary>
/// The boundary after the <c>count</c> largest deltas of a tensor; among equal sizes the first in the tensor counts as larger.
/// Found by counting in two passes (the upper bits of the sizes, then the lower bits within the boundary's bin), and a third
/// one if the boundary falls between equal sizes; nothing is sorted or stored.
/// </summary>
internal sealed class TopBoundary
{
    public const int HighBins = 1 << 16;
    public const int LowBins = 1 << LowBits;
    private const int LowBits = 15;

    private readonly List<long> _tiesBefore = [0];
    private readonly bool _all;
    private int _bin = -1;
    private long _wanted;

    public TopBoundary(long count, long total)
    {
        _wanted = count;
        _all = count >= total;
        IsInside = count > 0 && count < total;
    }

    /// <summary>Whether the boundary is inside the tensor.</summary>
    public bool IsInside { get; }

    /// <summary>Whether the boundary falls between deltas of equal size.</summary>
    public bool CutsTies { get; private set; }

    /// <summary>The sort key of the smallest delta above the boundary.</summary>
    public uint Key { get; private set; }

    public static int HighBin(uint key) => (int)(key >> LowBits);

    public bool IsInBin(uint key) => (int)(key >> LowBits) == _bin;

    public static int LowBin(uint key) => (int)(key & (LowBins - 1));

    public void ChooseBin(ReadOnlySpan<long> high) => (_bin, _wanted, _) = Descend(high, _wanted);

    public void ChooseKey(ReadOnlySpan<long> low)
    {
        (int bin, _wanted, long equal) = Descend(low, _wanted);
        Key = ((uint)_bin << LowBits) | (uint)bin;
        CutsTies = _wanted < equal;
    }

    public long CountTies(ReadOnlySpan<float> deltas)
    {
        long ties = 0;
        foreach (float delta in deltas)
        {
            ties += DeltaBlock.KeyOf(delta) == Key ? 1 : 0;
        }

        return ties;
    }

    public void AddTies(long ties) => _tiesBefore.Add(_tiesBefore[^1] + ties);

    /// <summary>Reports for each delta of a block, in order, whether it is one of the largest.</summary>
    public Reader Read(int blockIndex) => new(this, CutsTies ? _tiesBefore[blockIndex] : 0);

    /// <summary>
    /// Descends the bins until the wanted number is reached; returns the bin, how many of its deltas are wanted, and how many
    /// it has.
    /// </summary>
    private static (int Bin, long Wanted, long Has) Descend(ReadOnlySpan<long> bins, long wanted)
    {
        for (int bin = bins.Length - 1; bin > 0; bin--)
        {
            if (wanted <= bins[bin])
            {
                return (bin, wanted, bins[bin]);
            }

            wanted -= bins[bin];
        }

        return (0, wanted, bins[0]);
    }

    internal struct Reader(TopBoundary boundary, long ties)
    {
        private readonly bool _inside = boundary.IsInside;
        private readonly bool _all = boundary._all;
        private readonly uint _key = boundary.Key;
        private readonly long _wanted = boundary.CutsTies ? boundary._wanted : long.MaxValue;

        public bool IsTop(float delta)
        {
            if (!_inside)
            {
                return _all;
            }

            uint key = DeltaBlock.KeyOf(delta);
            return key > _key || (key == _key && ties++ < _wanted);
        }
    }
}
