using System.Runtime.InteropServices;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <content>Reading and writing the data, wherever it lies: host memory or a device. Nothing is allocated.</content>
public sealed unsafe partial class GgmlTensor
{
    /// <summary>Whether memory was allocated for it.</summary>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public bool HasData
    {
        get
        {
            using HandleReference alive = Arena.Handle.Hold(Arena);
            return _native->data is not null;
        }
    }

    /// <summary>Writes all elements of a contiguous tensor.</summary>
    /// <exception cref="TensorLayoutException">Another element type, another number of elements, or a view with gaps.</exception>
    /// <exception cref="InvalidOperationException">No data yet, or read-only data.</exception>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public void Write<T>(ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        RequireElements<T>("Write", elements.Length);
        WriteBytes(MemoryMarshal.AsBytes(elements));
    }

    /// <summary>Reads all elements of a contiguous tensor into a span of that many.</summary>
    /// <exception cref="TensorLayoutException">Another element type, another number of elements, or a view with gaps.</exception>
    /// <exception cref="InvalidOperationException">No data yet.</exception>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public void Read<T>(Span<T> elements)
        where T : unmanaged
    {
        RequireElements<T>("Read", elements.Length);
        ReadBytes(MemoryMarshal.AsBytes(elements));
    }

    /// <summary>All elements of a contiguous tensor as a new array; see <see cref="Read{T}"/>.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        RequireElements<T>("ToArray", Shape.ElementCount);
        var elements = new T[Shape.ElementCount];
        Read<T>(elements);
        return elements;
    }

    /// <summary>Writes raw bytes, blocks of a quantized type for instance, from a byte of the tensor on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bytes leave the tensor.</exception>
    /// <exception cref="InvalidOperationException">No data yet, or read-only data.</exception>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public void WriteBytes(ReadOnlySpan<byte> bytes, long offset = 0)
    {
        using HandleReference alive = Arena.Handle.Hold(Arena);
        RequireRange(bytes.Length, offset);
        if (IsReadOnly)
        {
            throw new InvalidOperationException($"The data of {this} is a mapped file and cannot be written.");
        }

        fixed (byte* pointer = bytes)
        {
            GgmlBuffers.ggml_backend_tensor_set(_native, pointer, (nuint)offset, (nuint)bytes.Length);
        }
    }

    /// <summary>Reads raw bytes from a byte of the tensor on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bytes leave the tensor.</exception>
    /// <exception cref="InvalidOperationException">No data yet.</exception>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public void ReadBytes(Span<byte> bytes, long offset = 0)
    {
        using HandleReference alive = Arena.Handle.Hold(Arena);
        RequireRange(bytes.Length, offset);
        fixed (byte* pointer = bytes)
        {
            GgmlBuffers.ggml_backend_tensor_get(_native, pointer, (nuint)offset, (nuint)bytes.Length);
        }
    }

    private void RequireRange(int length, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ByteCount - length);
        if (_native->data is null && IsView && Root._native->data is not null)
        {
            _ = GgmlBuffers.ggml_backend_view_init(_native); // the data came after the view
        }

        if (_native->data is null || Root._native->buffer == 0)
        {
            throw new InvalidOperationException($"{this} has no data yet: allocate its arena, or the graph that computes it.");
        }
    }

    private void RequireElements<T>(string operation, long count)
        where T : unmanaged
    {
        if (TensorSpans.ElementType(Type) != typeof(T))
        {
            throw new TensorLayoutException(operation, $"{Layout} does not hold {typeof(T).Name} numbers");
        }

        if (!this.IsContiguous())
        {
            throw new TensorLayoutException(operation, $"{Layout} has gaps or is out of order; make it contiguous with Cont");
        }

        if (count != Shape.ElementCount)
        {
            throw new TensorLayoutException(operation, $"{count} numbers for the {Shape.ElementCount} of {Layout}");
        }
    }
}
