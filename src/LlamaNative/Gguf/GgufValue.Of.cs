using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Gguf;

/// <content>Creates values in memory, encoded as in a file.</content>
public sealed partial class GgufValue
{
    /// <summary>Creates a number or bool.</summary>
    /// <exception cref="ArgumentException">GGUF has no equivalent of <typeparamref name="T"/>.</exception>
    public static GgufValue Of<T>(T value)
        where T : unmanaged =>
        new(StoredType<T>(), MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray());

    /// <summary>Creates a string, stored as UTF-8.</summary>
    public static GgufValue Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return OfUtf8(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Creates a string from its bytes.</summary>
    public static GgufValue OfUtf8(ReadOnlySpan<byte> value)
    {
        var encoded = new byte[sizeof(ulong) + value.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(encoded, (ulong)value.Length);
        value.CopyTo(encoded.AsSpan(sizeof(ulong)));
        return new(GgufValueType.String, encoded);
    }

    /// <summary>Creates an array of numbers or bools.</summary>
    /// <exception cref="ArgumentException">GGUF has no equivalent of <typeparamref name="T"/>.</exception>
    public static GgufValue OfArray<T>(params ReadOnlySpan<T> values)
        where T : unmanaged =>
        OfElements(StoredType<T>(), values.Length, MemoryMarshal.AsBytes(values));

    /// <summary>Creates an array of strings, stored as UTF-8.</summary>
    public static GgufValue OfStrings(IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return OfUtf8Strings(values.Select(Encoding.UTF8.GetBytes));
    }

    /// <summary>Creates an array of strings from their bytes.</summary>
    public static GgufValue OfUtf8Strings(IEnumerable<byte[]> values) =>
        OfMany(GgufValueType.String, values.Select(value => OfUtf8(value)));

    /// <summary>Creates an array of arrays. llama.cpp does not read nested arrays (gguf.cpp); other readers may.</summary>
    /// <exception cref="ArgumentException">A value is not an array.</exception>
    public static GgufValue OfArrays(IEnumerable<GgufValue> values) => OfMany(GgufValueType.Array, values);

    private static GgufValueType StoredType<T>() =>
        GgufValueTypes.Of(typeof(T)) ?? throw new ArgumentException($"GGUF has no equivalent of the type {typeof(T).Name}.");

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
                throw new ArgumentException($"An element has the type {value.Type}, not {type}.", nameof(values));
            }

            using Access access = value.Read();
            elements.Write(access.Bytes);
            count++;
        }

        return OfElements(type, count, elements.GetBuffer().AsSpan(0, (int)elements.Length));
    }
}
