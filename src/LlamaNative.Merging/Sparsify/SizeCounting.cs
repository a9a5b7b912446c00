using System.Buffers;

namespace LlamaNative.Merging.Sparsify;

/// <summary>Counts the sizes of a tensor's elements in two passes, from which boundaries find their place in the order.</summary>
internal static class SizeCounting
{
    public static IEnumerable<BlockPass<DeltaBlock>> Passes(TopBoundary[] boundaries)
    {
        var high = new long[TopBoundary.HighBins];
        yield return BlockPass<DeltaBlock>.Of(CountHigh, part => AddAndReturn(part, high));
        Array.ForEach(boundaries, boundary => boundary.ChooseBin(high));

        long[][] low = [.. boundaries.Select(_ => new long[TopBoundary.LowBins])];
        yield return BlockPass<DeltaBlock>.Of(
            (in DeltaBlock block) => CountLow(block, boundaries),
            parts =>
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    AddAndReturn(parts[i], low[i]);
                }
            });
        for (int i = 0; i < boundaries.Length; i++)
        {
            boundaries[i].ChooseKey(low[i]);
        }
    }

    private static int[] CountHigh(in DeltaBlock block)
    {
        int[] bins = RentBins(TopBoundary.HighBins);
        foreach (float delta in block.Deltas)
        {
            bins[TopBoundary.HighBin(DeltaBlock.KeyOf(delta))]++;
        }

        return bins;
    }

    private static int[][] CountLow(in DeltaBlock block, TopBoundary[] boundaries)
    {
        var all = new int[boundaries.Length][];
        for (int i = 0; i < boundaries.Length; i++)
        {
            all[i] = RentBins(TopBoundary.LowBins);
            foreach (float delta in block.Deltas)
            {
                uint key = DeltaBlock.KeyOf(delta);
                if (boundaries[i].IsInBin(key))
                {
                    all[i][TopBoundary.LowBin(key)]++;
                }
            }
        }

        return all;
    }

    private static int[] RentBins(int count)
    {
        int[] bins = ArrayPool<int>.Shared.Rent(count);
        bins.AsSpan(0, count).Clear();
        return bins;
    }

    private static void AddAndReturn(int[] part, long[] sums)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += part[i];
        }

        ArrayPool<int>.Shared.Return(part);
    }
}
