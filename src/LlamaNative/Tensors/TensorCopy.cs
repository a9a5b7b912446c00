using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LlamaNative.Tensors;

/// <summary>Copies elements between two layouts of the same type and shape with any strides.</summary>
internal static class TensorCopy
{
    /// <summary>Copies every element of the source to the same index in the destination. The memory must not overlap.</summary>
    /// <exception cref="TensorLayoutException">Types or shapes differ, a layout extends beyond its memory, or destination elements
    /// overlap.</exception>
    public static void Copy(ReadOnlySpan<byte> source, in TensorLayout from, Span<byte> destination, in TensorLayout to)
    {
        if (from.Type != to.Type || from.Shape != to.Shape)
        {
            throw new TensorLayoutException("Copy", $"{from} and {to} must have the same type and shape");
        }

        RequireInside(from, source.Length, "source");
        RequireInside(to, destination.Length, "destination");
        for (int i = 0; i < TensorShape.MaxRank; i++)
        {
            if (to.Stride(i) == 0 && to.Shape[i] > 1)
            {
                throw new TensorLayoutException("Copy", $"the destination {to} is broadcast, so its elements overlap");
            }
        }

        if (from.Shape.IsEmpty)
        {
            return;
        }

        if (from.IsContiguous && to.IsContiguous)
        {
            source.Slice((int)from.Offset, (int)from.ByteCount).CopyTo(destination[(int)to.Offset..]);
        }
        else if (from.HasContiguousRows && to.HasContiguousRows)
        {
            CopyRows(source, from, destination, to);
        }
        else
        {
            CopyElements(source, from, destination, to);
        }
    }

    /// <summary>Requires a layout to stay within a memory of <paramref name="byteCount"/> bytes.</summary>
    internal static void RequireInside(in TensorLayout layout, long byteCount, string what)
    {
        if (layout.Offset < 0 || layout.Offset > byteCount || layout.ByteCount > byteCount - layout.Offset)
        {
            throw new TensorLayoutException("Copy", $"{layout} extends beyond the {byteCount} bytes of the {what}");
        }
    }

    private static void CopyRows(ReadOnlySpan<byte> source, in TensorLayout from, Span<byte> destination, in TensorLayout to)
    {
        int row = (int)GgmlTypeInfo.Of(from.Type).RowSize(from.Shape[0]);
        StridedIndexer reader = StridedIndexer.Rows(from);
        StridedIndexer writer = StridedIndexer.Rows(to);
        while (reader.MoveNext() && writer.MoveNext())
        {
            source.Slice((int)reader.Current, row).CopyTo(destination[(int)writer.Current..]);
        }
    }

    private static void CopyElements(ReadOnlySpan<byte> source, in TensorLayout from, Span<byte> destination, in TensorLayout to)
    {
        switch (GgmlTypeInfo.Of(from.Type).TypeSize)
        {
            case 1:
                CopyElements<byte>(source, from, destination, to);
                break;
            case 2:
                CopyElements<short>(source, from, destination, to);
                break;
            case 4:
                CopyElements<int>(source, from, destination, to);
                break;
            default:
                CopyElements<long>(source, from, destination, to);
                break;
        }
    }

    private static void CopyElements<T>(ReadOnlySpan<byte> source, in TensorLayout from, Span<byte> destination, in TensorLayout to)
        where T : unmanaged
    {
        // Both extents were checked above and strides are never negative, so every offset is within its memory.
        ref byte input = ref MemoryMarshal.GetReference(source);
        ref byte output = ref MemoryMarshal.GetReference(destination);
        StridedIndexer reader = StridedIndexer.Rows(from);
        StridedIndexer writer = StridedIndexer.Rows(to);
        nint readStep = (nint)from.Stride(0);
        nint writeStep = (nint)to.Stride(0);
        long count = from.Shape[0];
        while (reader.MoveNext() && writer.MoveNext())
        {
            nint read = (nint)reader.Current;
            nint write = (nint)writer.Current;
            for (long i = 0; i < count; i++, read += readStep, write += writeStep)
            {
                T value = Unsafe.ReadUnaligned<T>(ref Unsafe.AddByteOffset(ref input, read));
                Unsafe.WriteUnaligned(ref Unsafe.AddByteOffset(ref output, write), value);
            }
        }
    }
}
