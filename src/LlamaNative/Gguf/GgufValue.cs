using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Gguf;

/// <summary>
/// One metadata value. A value of a file is decoded when asked for, from the mapped bytes, and only while the file is
/// open; one made by <see cref="Of{T}"/> and its siblings holds its own bytes.
/// </summary>
public sealed partial class GgufValue
{
    private readonly FileMapping? _mapping;
    private readonly long _offset;
    private readonly int _length;
    private readonly byte[]? _owned;
    private readonly string? _key;

    /// <summary>A value in a file, already measured and found well-formed.</summary>
    internal GgufValue(FileMapping mapping, long offset, long length, GgufValueType type, string key)
    {
        _mapping = mapping;
        _offset = offset;
        _length = checked((int)length);
        _key = key;
        Type = type;
        using Access access = Read();
        ElementType = ElementTypeOf(type, access.Bytes);
        Count = CountOf(type, access.Bytes);
    }

    private GgufValue(GgufValueType type, byte[] encoded, string? key = null)
    {
        _owned = encoded;
        _length = encoded.Length;
        _key = key;
        Type = type;
        ElementType = ElementTypeOf(type, encoded);
        Count = CountOf(type, encoded);
    }

    /// <summary>The type of the value.</summary>
    public GgufValueType Type { get; }

    /// <summary>The type of an array's elements; null for everything else.</summary>
    public GgufValueType? ElementType { get; }

    /// <summary>The number of an array's elements; 1 for everything else.</summary>
    public int Count { get; }

    /// <summary>
    /// The value as <typeparamref name="T"/>, which must be its exact type: uint for UInt32, float for Float32 and so on.
    /// </summary>
    /// <exception cref="GgufFormatException">The value has another type.</exception>
    public T Get<T>()
        where T : unmanaged
    {
        if (GgufValueTypes.Of(typeof(T)) != Type)
        {
            throw WrongType(typeof(T).Name);
        }

        using Access access = Read();
        return MemoryMarshal.Read<T>(access.Bytes);
    }

    /// <summary>The value of a UInt32.</summary>
    /// <exception cref="GgufFormatException">The value has another type.</exception>
    public uint GetUInt32() => Get<uint>();

    /// <summary>The value of an Int32.</summary>
    /// <exception cref="GgufFormatException">The value has another type.</exception>
    public int GetInt32() => Get<int>();

    /// <summary>The value of a Float32.</summary>
    /// <exception cref="GgufFormatException">The value has another type.</exception>
    public float GetSingle() => Get<float>();

    /// <summary>The value of a Bool.</summary>
    /// <exception cref="GgufFormatException">The value has another type.</exception>
    public bool GetBoolean() => Get<bool>();

    /// <summary>The value of any integer type, for keys that writers store in several widths.</summary>
    /// <exception cref="GgufFormatException">No integer, or one beyond 2^63.</exception>
    public long GetInteger() => Type switch
    {
        GgufValueType.UInt8 => Get<byte>(),
        GgufValueType.Int8 => Get<sbyte>(),
        GgufValueType.UInt16 => Get<ushort>(),
        GgufValueType.Int16 => Get<short>(),
        GgufValueType.UInt32 => GetUInt32(),
        GgufValueType.Int32 => GetInt32(),
        GgufValueType.Int64 => Get<long>(),
        GgufValueType.UInt64 when Get<ulong>() is <= long.MaxValue and var value => (long)value,
        GgufValueType.UInt64 => throw new GgufFormatException($"{Get<ulong>()} exceeds 2^63", _key, FileOffset, _mapping?.Path),
        _ => throw WrongType("integer"),
    };

    /// <summary>The text of a string; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="GgufFormatException">The value is no string.</exception>
    public string GetString()
    {
        using Access access = Read(GgufValueType.String);
        return Encoding.UTF8.GetString(access.Bytes[sizeof(ulong)..]);
    }

    /// <summary>The bytes of a string.</summary>
    /// <exception cref="GgufFormatException">The value is no string.</exception>
    public byte[] GetUtf8()
    {
        using Access access = Read(GgufValueType.String);
        return access.Bytes[sizeof(ulong)..].ToArray();
    }

    /// <summary>A copy of an array whose elements are exactly <typeparamref name="T"/>.</summary>
    /// <exception cref="GgufFormatException">No array, or one of another type.</exception>
    public T[] GetArray<T>()
        where T : unmanaged
    {
        if (ElementType is null || GgufValueTypes.Of(typeof(T)) != ElementType)
        {
            throw WrongType($"array of {typeof(T).Name}");
        }

        using Access access = Read();
        return MemoryMarshal.Cast<byte, T>(access.Bytes[ArrayHeader..]).ToArray();
    }

    /// <summary>The texts of an array of strings; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="GgufFormatException">No array of strings.</exception>
    public string[] GetStrings() => Decode(GgufValueType.String, static (bytes, _) => Encoding.UTF8.GetString(bytes));

    /// <summary>The bytes of each string of an array.</summary>
    /// <exception cref="GgufFormatException">No array of strings.</exception>
    public byte[][] GetUtf8Strings() => Decode(GgufValueType.String, static (bytes, _) => bytes.ToArray());

    /// <summary>The arrays of an array of arrays.</summary>
    /// <exception cref="GgufFormatException">No array of arrays.</exception>
    public GgufValue[] GetArrays() => Decode(GgufValueType.Array,
        static (bytes, value) => new GgufValue(GgufValueType.Array, bytes.ToArray(), value._key));

    /// <summary>Type and value, arrays by their length, for listings and messages.</summary>
    public override string ToString() => Type switch
    {
        GgufValueType.Array => $"{ElementType}[{Count}]",
        GgufValueType.String => GetString(),
        GgufValueType.Bool => GetBoolean() ? "true" : "false",
        GgufValueType.Float32 => GetSingle().ToString(System.Globalization.CultureInfo.InvariantCulture),
        GgufValueType.Float64 => Get<double>().ToString(System.Globalization.CultureInfo.InvariantCulture),
        GgufValueType.UInt64 => Get<ulong>().ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => GetInteger().ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>Hands over the strings of an array where they lie, for as long as the call lasts.</summary>
    /// <exception cref="GgufFormatException">No array of strings.</exception>
    internal unsafe void ReadTokens(Action<TokenTable> read)
    {
        if (ElementType != GgufValueType.String)
        {
            throw WrongType($"array of {GgufValueType.String}");
        }

        using Access access = Read();
        ReadOnlySpan<byte> elements = access.Bytes[ArrayHeader..];
        fixed (byte* start = elements)
        {
            read(new TokenTable(start, elements.Length, Count));
        }
    }

    /// <summary>The encoded bytes, held in place until the access is disposed.</summary>
    internal unsafe Access Read()
    {
        if (_mapping is null)
        {
            return new Access(_owned, lease: null);
        }

        FileMapping.Lease lease = _mapping.Acquire();
        return new Access(new ReadOnlySpan<byte>(lease.Start + _offset, _length), lease);
    }

    /// <summary>The same, of a value that must have this type.</summary>
    private Access Read(GgufValueType wanted) => Type == wanted ? Read() : throw WrongType(wanted.ToString());

    /// <summary>An error about this value, with its key and place.</summary>
    internal GgufFormatException Error(string message) => new(message, _key, FileOffset, _mapping?.Path);

    private const int ArrayHeader = sizeof(int) + sizeof(ulong);

    private long? FileOffset => _mapping is null ? null : _offset;

    private static GgufValueType? ElementTypeOf(GgufValueType type, ReadOnlySpan<byte> encoded) =>
        type == GgufValueType.Array ? (GgufValueType)BinaryPrimitives.ReadInt32LittleEndian(encoded) : null;

    private static int CountOf(GgufValueType type, ReadOnlySpan<byte> encoded) =>
        type == GgufValueType.Array ? checked((int)BinaryPrimitives.ReadUInt64LittleEndian(encoded[sizeof(int)..])) : 1;

    private T[] Decode<T>(GgufValueType elementType, Func<ReadOnlySpan<byte>, GgufValue, T> decode)
    {
        if (ElementType != elementType)
        {
            throw WrongType($"array of {elementType}");
        }

        using Access access = Read();
        var cursor = new GgufElementReader(access.Bytes[ArrayHeader..], elementType);
        var result = new T[Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = decode(cursor.Next(), this);
        }

        return result;
    }

    private GgufFormatException WrongType(string wanted) =>
        Error($"the value is {(ElementType is { } element ? $"an array of {element}" : Type)}, not {wanted}");

    /// <summary>Encoded bytes and the hold on the file they lie in.</summary>
    internal readonly ref struct Access(ReadOnlySpan<byte> bytes, FileMapping.Lease? lease)
    {
        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        public void Dispose() => lease?.Dispose();
    }
}
