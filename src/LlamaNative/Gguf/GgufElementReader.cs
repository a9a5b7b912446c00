using System.Buffers.Binary;

namespace LlamaNative.Gguf;

/// <summary>
/// Enumerates the strings or arrays in the bytes of an array that <see cref="GgufValueSkipper"/> has validated. Reads are still
/// bounds-checked, because a mapped file can change while it is open.
/// </summary>
internal ref struct GgufElementReader(ReadOnlySpan<byte> elements, GgufValueType type)
{
    private ReadOnlySpan<byte> _rest = elements;

    /// <summary>Returns the bytes of the next string, or of the next array with its header.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (type == GgufValueType.String)
        {
            int room = _rest.Length - sizeof(ulong);
            ulong length = room >= 0 ? BinaryPrimitives.ReadUInt64LittleEndian(_rest) : ulong.MaxValue;
            if (room < 0 || length > (ulong)room)
            {
                throw new GgufFormatException("a string extends beyond its array; the file changed while it was being read");
            }

            ReadOnlySpan<byte> text = _rest.Slice(sizeof(ulong), (int)length);
            _rest = _rest[(sizeof(ulong) + (int)length)..];
            return text;
        }

        int size = ArraySize(_rest);
        ReadOnlySpan<byte> array = _rest[..size];
        _rest = _rest[size..];
        return array;
    }

    private static int ArraySize(ReadOnlySpan<byte> bytes)
    {
        const int Header = sizeof(int) + sizeof(ulong);
        var type = (GgufValueType)BinaryPrimitives.ReadInt32LittleEndian(bytes);
        long count = checked((long)BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(int)..]));
        if (type.Size() != 0)
        {
            return checked((int)(Header + (count * type.Size())));
        }

        var elements = new GgufElementReader(bytes[Header..], type);
        for (long i = 0; i < count; i++)
        {
            elements.Next();
        }

        return bytes.Length - elements._rest.Length;
    }
}
