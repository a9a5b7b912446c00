using System.Buffers.Binary;

namespace LlamaNative.Gguf;

/// <summary>
/// Validates the normalization table of SentencePiece unigram models (T5): a trie packed into 32-bit units, followed by replacement
/// strings. llama.cpp throws an uncaught exception when a text leads outside the table, so this check visits every path through the trie
/// once.
/// </summary>
internal static class CharacterMapCheck
{
    // Known tables take 240 KiB; the check visits 255 transitions per unit.
    private const int MaxBytes = 4 << 20;

    public static void Validate(GgufValue map)
    {
        if (map.ElementType is not (GgufValueType.UInt8 or GgufValueType.Int8))
        {
            return; // llama.cpp rejects it
        }

        if (map.Count > MaxBytes)
        {
            throw map.Error($"the character map has {map.Count} bytes; the maximum is {MaxBytes}");
        }

        byte[] bytes = map.ElementType == GgufValueType.UInt8
            ? map.GetArray<byte>()
            : Array.ConvertAll(map.GetArray<sbyte>(), value => (byte)value);
        if (bytes.Length < sizeof(uint)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) is var size && size >= bytes.Length - sizeof(uint))
        {
            return; // llama.cpp rejects it
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
        // Only the last replacement can be unterminated.
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
                    throw map.Error($"the trie refers to unit {node}, but has {units.Length} units");
                }

                if ((units[node] & ((1u << 31) | 0xFF)) != c)
                {
                    continue;
                }

                uint next = node ^ Base(units[node]);
                if (((units[node] >> 8) & 1) != 0)
                {
                    // This unit stores the offset of a replacement; longer matches continue from it as well.
                    if (next >= units.Length || (units[next] & 0x7FFFFFFF) > limit)
                    {
                        throw map.Error(
                            $"the trie ends in unit {next} of {units.Length}, or after the {replacements.Length} bytes of replacements");
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
