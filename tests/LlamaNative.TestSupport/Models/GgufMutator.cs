using System.Buffers.Binary;

namespace LlamaNative.TestSupport;

/// <summary>Damages files in typical ways; the same seed always causes the same damage.</summary>
public sealed class GgufMutator(IReadOnlyList<byte[]> originals, int seed)
{
    private static readonly ulong[] s_lengths =
    [
        0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF,
        1UL << 30, 1UL << 40, 1UL << 62, long.MaxValue, ulong.MaxValue, ulong.MaxValue - 31,
    ];

    private readonly Random _random = new(seed);

    /// <summary>A file with one to four kinds of damage.</summary>
    public byte[] Next()
    {
        byte[] file = Pick().ToArray();
        for (int injuries = _random.Next(1, 5); injuries > 0 && file.Length > 0; injuries--)
        {
            file = Injure(file);
        }

        return file;
    }

    private byte[] Injure(byte[] file)
    {
        switch (_random.Next(7))
        {
            case 0: // bits
                file[Place(file)] ^= (byte)(1 << _random.Next(8));
                return file;
            case 1: // bytes
                int start = Place(file);
                _random.NextBytes(file.AsSpan(start, Math.Min(file.Length - start, _random.Next(1, 9))));
                return file;
            case 2: // a length, count or offset
                int at = Place(file);
                ulong value = s_lengths[_random.Next(s_lengths.Length)];
                if (_random.Next(2) == 0 && file.Length - at >= 8)
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
                }
                else if (file.Length - at >= 4)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), (uint)value);
                }

                return file;
            case 3: // a number changed a little
                int near = Place(file);
                file[near] = (byte)(file[near] + _random.Next(-4, 5));
                return file;
            case 4: // cut off
                return file[.._random.Next(file.Length)];
            case 5: // a range removed or duplicated
                int from = Place(file);
                int to = Math.Min(file.Length, from + _random.Next(1, 64));
                return _random.Next(2) == 0 ? [.. file[..from], .. file[to..]] : [.. file[..to], .. file[from..]];
            default: // the start of one file and the end of another
                byte[] other = Pick();
                return [.. file[..Place(file)], .. other[_random.Next(other.Length)..]];
        }
    }

    /// <summary>Picks positions mostly in the header.</summary>
    private int Place(byte[] file) => _random.Next(_random.Next(4) == 0 ? file.Length : Math.Min(file.Length, 512));

    private byte[] Pick() => originals[_random.Next(originals.Count)];
}
