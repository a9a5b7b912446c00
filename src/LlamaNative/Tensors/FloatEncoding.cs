using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace LlamaNative.Tensors;

/// <summary>
/// Converts F32, F16 and BF16 rows to and from floats without the native library. For quantized types use <c>Quantizer</c>.
/// </summary>
public static class FloatEncoding
{
    /// <summary>Whether a type is F32, F16 or BF16.</summary>
    public static bool Supports(GgmlType type) => type is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16;

    /// <summary>Decodes rows into floats. The length of the destination determines the number of elements.</summary>
    /// <exception cref="TensorLayoutException">The type is not F32, F16 or BF16, or there are too few bytes.</exception>
    public static void Decode(GgmlType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        source = source[..Require("Decode", type, source.Length, destination.Length)];
        switch (type)
        {
            case GgmlType.F32:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(destination);
                break;
            case GgmlType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            default:
                ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(source);
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                }

                break;
        }
    }

    /// <summary>Encodes all elements of the source. F16 and BF16 round to nearest, ties to even, like ggml.</summary>
    /// <exception cref="TensorLayoutException">The type is not F32, F16 or BF16, or there are too few bytes.</exception>
    public static void Encode(GgmlType type, ReadOnlySpan<float> source, Span<byte> destination)
    {
        destination = destination[..Require("Encode", type, destination.Length, source.Length)];
        switch (type)
        {
            case GgmlType.F32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case GgmlType.F16:
                TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<byte, Half>(destination));
                break;
            default:
                Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(destination);
                for (int i = 0; i < source.Length; i++)
                {
                    halves[i] = ToBFloat16(source[i]);
                }

                break;
        }
    }

    /// <summary>ggml_compute_fp32_to_bf16 (ggml-impl.h): NaN stays a quiet NaN, other values round to nearest, ties to even.</summary>
    private static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value)
            ? (ushort)((bits >> 16) | 64)
            : (ushort)((bits + (0x7FFF + ((bits >> 16) & 1))) >> 16);
    }

    private static int Require(string operation, GgmlType type, int byteCount, int count)
    {
        if (!Supports(type))
        {
            throw new TensorLayoutException(operation, $"{GgmlTypeInfo.Of(type).Name} is not supported; use f32, f16 or bf16");
        }

        long needed = (long)count * GgmlTypeInfo.Of(type).TypeSize;
        return needed <= byteCount
            ? (int)needed
            : throw new TensorLayoutException(operation,
                $"{count} {GgmlTypeInfo.Of(type).Name} elements need {needed} bytes, but the span has {byteCount}");
    }
}
