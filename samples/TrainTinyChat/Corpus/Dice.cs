namespace TrainTinyChat.Corpus;

/// <summary>
/// A counter-based random number generator: the n-th number is a hash of seed, stream and n (the finalizer of SplitMix64,
/// Steele et al., 2014), so each document can be generated independently and is the same on every machine.
/// </summary>
internal sealed class Dice(ulong seed, ulong stream)
{
    private readonly ulong _key = Mix(seed ^ Mix(stream + 0x9E3779B97F4A7C15));
    private ulong _count;

    public int Next(int below) => (int)(((Draw() >> 32) * (ulong)below) >> 32);

    /// <summary>A number from 0 (inclusive) to 1 (exclusive).</summary>
    public double NextDouble() => (Draw() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => NextDouble() < probability;

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private ulong Draw() => Mix(_key + (++_count * 0x9E3779B97F4A7C15));
}
