using System.Runtime.InteropServices;
using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.TestSupport;

/// <summary>A tensor of a <see cref="ModelFile"/>; its numbers are encoded as its type when the file is written.</summary>
public sealed record ModelTensor(TensorShape Shape, float[] Values, GgmlType Type = GgmlType.F32)
{
    internal byte[] Encode()
    {
        if (Type is GgmlType.F32 or GgmlType.I32)
        {
            return MemoryMarshal.AsBytes(Values.AsSpan()).ToArray();
        }

        var bytes = new byte[GgmlTypeInfo.Of(Type).RowSize(Values.Length)];
        if (FloatEncoding.Supports(Type))
        {
            FloatEncoding.Encode(Type, Values, bytes);
        }
        else
        {
            Quantizer.Quantize(Type, Values, (int)Shape[0], bytes);
        }

        return bytes;
    }
}
