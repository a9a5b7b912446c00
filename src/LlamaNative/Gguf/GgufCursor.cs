using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace LlamaNative.Gguf;

/// <summary>Reads the bytes of a file sequentially. Every length is checked against the remaining bytes before use.</summary>
internal unsafe ref struct GgufCursor
{
    // The limits of llama.cpp's reader (gguf.cpp).
    public const long MaxStringLength = 1L << 30;
    public const long MaxArrayLength = 1L << 30;

    private readonly byte* _start;
    private readonly long _length;
    private readonly string? _path;

    public GgufCursor(byte* start, long length, string? path)
    {
        _start = start;
        _length = length;
        _path = path;
    }

    /// <summary>The offset of the next byte.</summary>
    public long Position { get; private set; }

    public readonly long Remaining => _length - Position;

    /// <summary>The next bytes, at most <paramref name="most"/>, without moving on.</summary>
    public readonly ReadOnlySpan<byte> Peek(int most) => new(_start + Position, (int)Math.Min(most, Remaining));

    public ReadOnlySpan<byte> Take(long count, string what, string? key = null)
    {
        if (count < 0 || count > Remaining || count > int.MaxValue)
        {
            throw Missing($"{what} needs {count} bytes, but {Remaining} remain", key);
        }

        var bytes = new ReadOnlySpan<byte>(_start + Position, (int)count);
        Position += count;
        return bytes;
    }

    public void Skip(long count, string what, string? key = null)
    {
        if (count < 0 || count > Remaining)
        {
            throw Missing($"{what} needs {count} bytes, but {Remaining} remain", key);
        }

        Position += count;
    }

    public int ReadInt32(string what, string? key = null) => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int), what, key));

    public uint ReadUInt32(string what, string? key = null) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what, key));

    public ulong ReadUInt64(string what, string? key = null) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), what, key));

    /// <summary>
    /// Reads a count from 0 to <paramref name="max"/>, each item of which needs at least <paramref name="minimumItemSize"/> of the
    /// remaining bytes.
    /// </summary>
    public long ReadCount(string what, int minimumItemSize, long max, string? key = null)
    {
        ulong count = ReadUInt64(what, key);
        if (count > (ulong)max || count > (ulong)(Remaining / minimumItemSize))
        {
            Position -= sizeof(ulong);
            throw count > (ulong)max
                ? Error($"{what} {count} exceeds the maximum of {max}", key)
                : Missing($"{what} {count} exceeds the remaining bytes", key);
        }

        return (long)count;
    }

    /// <summary>Reads a string: its length and its bytes.</summary>
    public ReadOnlySpan<byte> ReadString(string what, string? key = null) => Take(ReadCount(what, 1, MaxStringLength, key), what, key);

    /// <summary>Reads a key or tensor name. llama.cpp compares these as C strings, so they must not contain zeros.</summary>
    public string ReadName(string what, int maxBytes)
    {
        long at = Position;
        ReadOnlySpan<byte> bytes = ReadString(what);
        if (bytes.IsEmpty || bytes.Length > maxBytes || bytes.Contains((byte)0))
        {
            Position = at;
            throw Error($"{what} of {bytes.Length} bytes is not 1 to {maxBytes} bytes without zeros");
        }

        if (!Utf8.IsValid(bytes))
        {
            Position = at;
            throw Error($"{what} is not valid UTF-8");
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The file ends within its header. Its full size is unknown, because the missing part would state it.</summary>
    private readonly GgufFormatException Missing(string message, string? key) => Error(
        $"the file ends within its header, so it is incomplete or damaged: {message}; {ForeignFile.AdviceForIncomplete(_path)}",
        key);

    public readonly GgufFormatException Error(string message, string? key = null) => new(message, key, Position, _path);
}
