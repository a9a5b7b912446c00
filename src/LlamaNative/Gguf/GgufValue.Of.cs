using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Gguf;

/// <content>Values made in memory, encoded as a file stores them.</content>
public sealed partial class GgufValue
{
    /// <summary>A number or bool.</summary>
    /// <exception cref="ArgumentException">GGUF has no such type.</exception>
    public static GgufValue Of<T>(T value)
        where T : unmanaged =>
        new(StoredType<T>(), MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray());

    /// <summary>A string, stored as UTF-8.</summary>
    public static GgufValue Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return OfUtf8(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>A string given as its bytes.</summary>
    public static GgufValue OfUtf8(ReadOnlySpan<byte> value)
    {
        var encoded = new byte[sizeof(ulong) + value.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(encoded, (ulong)value.Length);
        value.CopyTo(encoded.AsSpan(sizeof(ulong)));
        return new(GgufValueType.String, encoded);
    }

    /// <summary>An array of numbers or bools.</summary>
    /// <exception cref="ArgumentException">GGUF has no such element type.</exception>
    public static GgufValue OfArray<T>(params ReadOnlySpan<T> values)
        where T : unmanaged =>
        OfElements(StoredType<T>(), values.Length, MemoryMarshal.AsBytes(values));

    /// <summary>An array of strings, stored as UTF-8.</summary>
    public static GgufValue OfStrings(IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return OfUtf8Strings(values.Select(Encoding.UTF8.GetBytes));
    }

    /// <summary>An array of strings given as their bytes.</summary>
    public static GgufValue OfUtf8Strings(IEnumerable<byte[]> values) =>
        OfMany(GgufValueType.String, values.Select(value => OfUtf8(value)));

    /// <summary>An array of arrays. llama.cpp itself reads none (gguf.cpp), other readers may.</summary>
    /// <exception cref="ArgumentException">One of the values is no array.</exception>
    public static GgufValue OfArrays(IEnumerable<GgufValue> values) => OfMany(GgufValueType.Array, values);

    private static GgufValueType StoredType<T>() =>
        GgufValueTypes.Of(typeof(T)) ?? throw new ArgumentException($"GGUF has no type for {typeof(T).Name}");

    private static GgufValue OfElements(GgufValueType type, int count, ReadOnlySpan<byte> elements)
    {
        var encoded = new byte[ArrayHeader + elements.Length];
        BinaryPrimitives.WriteInt32LittleEndian(encoded, (int)type);
        BinaryPrimitives.WriteUInt64LittleEndian(encoded.AsSpan(sizeof(int)), (ulong)count);
        elements.CopyTo(encoded.AsSpan(ArrayHeader));
        return new(GgufValueType.Array, encoded);
    }

    private static GgufValue OfMany(GgufValueType type, IEnumerable<GgufValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var elements = new MemoryStream();
        int count = 0;
        foreach (GgufValue value in values)
        {
            if (value.Type != type)
            {
                throw new ArgumentException($"an element is {value.Type}, not {type}", nameof(values));
            }

            using Access access = value.Read();
            elements.Write(access.Bytes);
            count++;
        }

        return OfElements(type, count, elements.GetBuffer().AsSpan(0, (int)elements.Length));
    }
}
