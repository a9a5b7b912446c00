using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace LlamaNative.Tensors;

/// <summary>
/// Creates tensor spans of System.Numerics.Tensors over the same memory with the same strides. Lengths are outermost first, so ne [4, 3, 2]
/// becomes lengths 2, 3, 4; a tensor without elements becomes the empty span. The BCL rejects strides with partially overlapping elements.
/// </summary>
internal static class TensorSpans
{
    /// <summary>
    /// Reads memory through a layout. <typeparamref name="T"/> must match the element type: float for F32, Half for F16, sbyte for I8 and
    /// so on.
    /// </summary>
    /// <exception cref="TensorLayoutException">The element type differs, the layout extends beyond the memory, or a stride is not a
    /// multiple of the element size.</exception>
    public static ReadOnlyTensorSpan<T> OverMemory<T>(scoped in TensorLayout layout, ReadOnlySpan<byte> memory)
        where T : unmanaged
    {
        RequireElements<T>(layout, memory.Length);
        Span<nint> lengths = stackalloc nint[TensorShape.MaxRank];
        Span<nint> strides = stackalloc nint[TensorShape.MaxRank];
        int rank = Describe<T>(layout, lengths, strides);
        return layout.Shape.IsEmpty
            ? default
            : new ReadOnlyTensorSpan<T>(MemoryMarshal.Cast<byte, T>(memory.Slice((int)layout.Offset, (int)layout.ByteCount)),
                lengths[..rank], strides[..rank]);
    }

    /// <summary>Reads and writes memory through a layout; see <see cref="TensorLayout.AsReadOnlyTensorSpan{T}"/>.</summary>
    /// <exception cref="TensorLayoutException">The element type differs, the layout extends beyond the memory, or a stride is not a
    /// multiple of the element size.</exception>
    public static TensorSpan<T> OverMemory<T>(scoped in TensorLayout layout, Span<byte> memory)
        where T : unmanaged
    {
        RequireElements<T>(layout, memory.Length);
        Span<nint> lengths = stackalloc nint[TensorShape.MaxRank];
        Span<nint> strides = stackalloc nint[TensorShape.MaxRank];
        int rank = Describe<T>(layout, lengths, strides);
        return layout.Shape.IsEmpty
            ? default
            : new TensorSpan<T>(MemoryMarshal.Cast<byte, T>(memory.Slice((int)layout.Offset, (int)layout.ByteCount)),
                lengths[..rank], strides[..rank]);
    }

    /// <summary>
    /// Same as <see cref="TensorLayout.AsReadOnlyTensorSpan{T}"/>, over memory that may be larger than a span. The caller keeps the memory
    /// alive.
    /// </summary>
    internal static unsafe ReadOnlyTensorSpan<T> OverPointer<T>(scoped in TensorLayout layout, byte* memory, long byteCount)
        where T : unmanaged
    {
        RequireElements<T>(layout, byteCount);
        Span<nint> lengths = stackalloc nint[TensorShape.MaxRank];
        Span<nint> strides = stackalloc nint[TensorShape.MaxRank];
        int rank = Describe<T>(layout, lengths, strides);
        return layout.Shape.IsEmpty
            ? default
            : new ReadOnlyTensorSpan<T>((T*)(memory + layout.Offset), (nint)(layout.ByteCount / sizeof(T)),
                lengths[..rank], strides[..rank]);
    }

    /// <summary>The .NET type of the elements; null for quantized types and bfloat16, which have no .NET type.</summary>
    internal static Type? ElementType(GgmlType type) => type switch
    {
        GgmlType.F32 => typeof(float),
        GgmlType.F16 => typeof(Half),
        GgmlType.F64 => typeof(double),
        GgmlType.I8 => typeof(sbyte),
        GgmlType.I16 => typeof(short),
        GgmlType.I32 => typeof(int),
        GgmlType.I64 => typeof(long),
        _ => null,
    };

    private static void RequireElements<T>(in TensorLayout layout, long byteCount)
        where T : unmanaged
    {
        if (ElementType(layout.Type) != typeof(T))
        {
            throw new TensorLayoutException("AsTensorSpan", $"the elements of {layout} are not {typeof(T).Name}");
        }

        TensorCopy.RequireInside(layout, byteCount, "memory");
    }

    private static unsafe int Describe<T>(in TensorLayout layout, Span<nint> lengths, Span<nint> strides)
        where T : unmanaged
    {
        int rank = Math.Max(layout.Shape.Rank, 1);
        for (int i = 0; i < rank; i++)
        {
            // The BCL requires stride 0 for a dimension of 1 and cannot represent a stride that splits elements.
            long count = layout.Shape[i];
            long stride = count == 1 ? 0 : layout.Stride(i);
            if (stride % sizeof(T) != 0)
            {
                throw new TensorLayoutException("AsTensorSpan", $"the strides of {layout} are not multiples of {typeof(T).Name}");
            }

            lengths[rank - 1 - i] = (nint)count;
            strides[rank - 1 - i] = (nint)(stride / sizeof(T));
        }

        return rank;
    }
}
