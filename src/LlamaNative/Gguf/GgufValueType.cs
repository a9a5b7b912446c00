using System.Diagnostics.CodeAnalysis;

namespace LlamaNative.Gguf;

/// <summary>The types of metadata values, with the values stored in files (<c>enum gguf_type</c> in gguf.h).</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The members are names of types.")]
public enum GgufValueType
{
    /// <summary>8-bit unsigned integer.</summary>
    UInt8 = 0,

    /// <summary>8-bit signed integer.</summary>
    Int8 = 1,

    /// <summary>16-bit unsigned integer.</summary>
    UInt16 = 2,

    /// <summary>16-bit signed integer.</summary>
    Int16 = 3,

    /// <summary>32-bit unsigned integer.</summary>
    UInt32 = 4,

    /// <summary>32-bit signed integer.</summary>
    Int32 = 5,

    /// <summary>32-bit float.</summary>
    Float32 = 6,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 7,

    /// <summary>Length and bytes. UTF-8 by convention; vocabulary tokens may contain any bytes.</summary>
    String = 8,

    /// <summary>Element type, count and elements.</summary>
    Array = 9,

    /// <summary>64-bit unsigned integer.</summary>
    UInt64 = 10,

    /// <summary>64-bit signed integer.</summary>
    Int64 = 11,

    /// <summary>64-bit float.</summary>
    Float64 = 12,
}

internal static class GgufValueTypes
{
    /// <summary>The size of a value in bytes; 0 for strings and arrays, whose size varies.</summary>
    public static int Size(this GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };

    public static bool IsKnown(this GgufValueType type) => (uint)type <= (uint)GgufValueType.Float64;

    /// <summary>The GGUF type equivalent to a .NET type; null if there is none.</summary>
    public static GgufValueType? Of(Type type)
    {
        if (type == typeof(byte)) { return GgufValueType.UInt8; }
        if (type == typeof(sbyte)) { return GgufValueType.Int8; }
        if (type == typeof(ushort)) { return GgufValueType.UInt16; }
        if (type == typeof(short)) { return GgufValueType.Int16; }
        if (type == typeof(uint)) { return GgufValueType.UInt32; }
        if (type == typeof(int)) { return GgufValueType.Int32; }
        if (type == typeof(float)) { return GgufValueType.Float32; }
        if (type == typeof(bool)) { return GgufValueType.Bool; }
        if (type == typeof(string)) { return GgufValueType.String; }
        if (type == typeof(ulong)) { return GgufValueType.UInt64; }
        if (type == typeof(long)) { return GgufValueType.Int64; }
        return type == typeof(double) ? GgufValueType.Float64 : null;
    }
}
