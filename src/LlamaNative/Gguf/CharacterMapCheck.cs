using System.Buffers.Binary;

namespace LlamaNative.Gguf;

/// <summary>
/// The normalization table of SentencePiece unigram models (T5): a trie packed into 32-bit units and replacement strings
/// behind it. llama.cpp throws, uncaught, when text leads outside of it; so every way through it is walked once here.
/// </summary>
internal static class CharacterMapCheck
{
    // Known tables take 240 KiB; the walk looks at 255 ways out of each unit.
    private const int MaxBytes = 4 << 20;

    public static void Validate(GgufValue map)
    {
        if (map.ElementType is not (GgufValueType.UInt8 or GgufValueType.Int8))
        {
            return; // refused by llama.cpp
        }

        if (map.Count > MaxBytes)
        {
            throw map.Error($"a character map of {map.Count} bytes exceeds {MaxBytes}");
        }

        byte[] bytes = map.ElementType == GgufValueType.UInt8
            ? map.GetArray<byte>()
            : Array.ConvertAll(map.GetArray<sbyte>(), value => (byte)value);
        if (bytes.Length < sizeof(uint)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) is var size && size >= bytes.Length - sizeof(uint))
        {
            return; // refused by llama.cpp
        }

        var units = new uint[size / sizeof(uint)];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(sizeof(uint) * (i + 1)));
        }

        if (units.Length != 0)
        {
            Walk(map, units, bytes.AsSpan(sizeof(uint) + (int)size));
        }
    }

    private static void Walk(GgufValue map, uint[] units, ReadOnlySpan<byte> replacements)
    {
        // An unterminated replacement can only be the last one.
        long limit = replacements.LastIndexOf((byte)0);
        var seen = new HashSet<uint>();
        var open = new Stack<uint>([Base(units[0])]);
        while (open.TryPop(out uint state))
        {
            for (uint c = 1; c < 256; c++)
            {
                uint node = state ^ c;
                if (node >= units.Length)
                {
                    throw map.Error($"the trie leads to unit {node} of {units.Length}");
                }

                if ((units[node] & ((1u << 31) | 0xFF)) != c)
                {
                    continue;
                }

                uint next = node ^ Base(units[node]);
                if (((units[node] >> 8) & 1) != 0)
                {
                    // The unit found there holds the place of a replacement; longer matches go on from it all the same.
                    if (next >= units.Length || (units[next] & 0x7FFFFFFF) > limit)
                    {
                        throw map.Error(
                            $"the trie ends in unit {next} of {units.Length}, or behind the {replacements.Length} bytes of replacements");
                    }
                }

                if (seen.Add(next))
                {
                    open.Push(next);
                }
            }
        }
    }

    private static uint Base(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);
}
