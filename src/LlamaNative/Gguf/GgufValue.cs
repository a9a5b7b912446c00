using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Gguf;

/// <summary>
/// A metadata value. A value of a file is decoded from the mapped bytes on access, which requires the file to be open. A value created with
/// <see cref="Of{T}"/> or a similar method has its own bytes.
/// </summary>
public sealed partial class GgufValue
{
    private readonly FileMapping? _mapping;
    private readonly long _offset;
    private readonly int _length;
    private readonly byte[]? _owned;
    private readonly string? _key;

    /// <summary>Creates a value for bytes in a file that were already validated.</summary>
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

    /// <summary>The type of the elements of an array; null for other values.</summary>
    public GgufValueType? ElementType { get; }

    /// <summary>The number of elements of an array; 1 for other values.</summary>
    public int Count { get; }

    /// <summary>
    /// Returns the value as <typeparamref name="T"/>, which must match its type exactly: uint for UInt32, float for Float32 and so on.
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

    /// <summary>Returns the value of a UInt32.</summary>
    /// <exception cref="GgufFormatException">The value has another type.</exception>
    public uint GetUInt32() => Get<uint>();

    /// <summary>Returns the value of an Int32.</summary>
    /// <exception cref="GgufFormatException">The value has another type.</exception>
    public int GetInt32() => Get<int>();

    /// <summary>Returns the value of a Float32.</summary>
    /// <exception cref="GgufFormatException">The value has another type.</exception>
    public float GetSingle() => Get<float>();

    /// <summary>Returns the value of a Bool.</summary>
    /// <exception cref="GgufFormatException">The value has another type.</exception>
    public bool GetBoolean() => Get<bool>();

    /// <summary>Returns the value of any integer type, for keys whose integer width varies between writers.</summary>
    /// <exception cref="GgufFormatException">The value is not an integer, or is 2^63 or more.</exception>
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

    /// <summary>Returns a string. Invalid UTF-8 becomes U+FFFD.</summary>
    /// <exception cref="GgufFormatException">The value is not a string.</exception>
    public string GetString()
    {
        using Access access = Read(GgufValueType.String);
        return Encoding.UTF8.GetString(access.Bytes[sizeof(ulong)..]);
    }

    /// <summary>Returns the bytes of a string.</summary>
    /// <exception cref="GgufFormatException">The value is not a string.</exception>
    public byte[] GetUtf8()
    {
        using Access access = Read(GgufValueType.String);
        return access.Bytes[sizeof(ulong)..].ToArray();
    }

    /// <summary>Returns a copy of an array whose element type is exactly <typeparamref name="T"/>.</summary>
    /// <exception cref="GgufFormatException">The value is not an array, or the element type differs.</exception>
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

    /// <summary>Returns an array of strings. Invalid UTF-8 becomes U+FFFD.</summary>
    /// <exception cref="GgufFormatException">The value is not an array of strings.</exception>
    public string[] GetStrings() => Decode(GgufValueType.String, static (bytes, _) => Encoding.UTF8.GetString(bytes));

    /// <summary>Returns the bytes of each string of an array.</summary>
    /// <exception cref="GgufFormatException">The value is not an array of strings.</exception>
    public byte[][] GetUtf8Strings() => Decode(GgufValueType.String, static (bytes, _) => bytes.ToArray());

    /// <summary>Returns the elements of an array of arrays.</summary>
    /// <exception cref="GgufFormatException">The value is not an array of arrays.</exception>
    public GgufValue[] GetArrays() => Decode(GgufValueType.Array,
        static (bytes, value) => new GgufValue(GgufValueType.Array, bytes.ToArray(), value._key));

    /// <summary>Returns the value as text; for an array, the element type and length.</summary>
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

    /// <summary>Passes the strings of an array to a callback without copying them. The table is valid only during the call.</summary>
    /// <exception cref="GgufFormatException">The value is not an array of strings.</exception>
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

    /// <summary>Returns the encoded bytes, which stay valid until the access is disposed.</summary>
    internal unsafe Access Read()
    {
        if (_mapping is null)
        {
            return new Access(_owned, lease: null);
        }

        FileMapping.Lease lease = _mapping.Acquire();
        return new Access(new ReadOnlySpan<byte>(lease.Start + _offset, _length), lease);
    }

    /// <summary>Same as <see cref="Read()"/>, but requires a type.</summary>
    private Access Read(GgufValueType wanted) => Type == wanted ? Read() : throw WrongType(wanted.ToString());

    /// <summary>Creates an exception for this value with its key and offset.</summary>
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

    /// <summary>Encoded bytes and the lease on the file that contains them.</summary>
    internal readonly ref struct Access(ReadOnlySpan<byte> bytes, FileMapping.Lease? lease)
    {
        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        public void Dispose() => lease?.Dispose();
    }
}
