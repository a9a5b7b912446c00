using System.Text;

namespace LlamaNative.Merging.Sparsify;

/// <summary>
/// Random numbers addressed by position, so that blocks can be computed in any order on any thread: SplitMix64 (Steele, Lea,
/// Flood 2014), seeded from seed, tensor and model.
/// </summary>
internal readonly struct KeyedRandom
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    private readonly ulong _key;

    public KeyedRandom(ulong seed, string tensor, int model)
    {
        ulong key = Mix(seed + Step);
        foreach (byte value in Encoding.UTF8.GetBytes(tensor))
        {
            key = Mix(key ^ value);
        }

        _key = Mix(key + (Step * (ulong)(model + 1)));
    }

    /// <summary>The random number in [0, 1) for a position.</summary>
    public double At(long position) => (Mix(_key + (Step * ((ulong)position + 1))) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
