using System.Runtime.InteropServices;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <content>Reads and writes the data in host or device memory. Allocates nothing.</content>
public sealed unsafe partial class GgmlTensor
{
    /// <summary>Whether the tensor has data, that is, memory was allocated for it.</summary>
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
    /// <exception cref="TensorLayoutException">The element type or the number of elements differs, or the tensor is not
    /// contiguous.</exception>
    /// <exception cref="InvalidOperationException">The tensor has no data or read-only data.</exception>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public void Write<T>(ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        RequireElements<T>("Write", elements.Length);
        WriteBytes(MemoryMarshal.AsBytes(elements));
    }

    /// <summary>Reads all elements of a contiguous tensor into a span of the same length.</summary>
    /// <exception cref="TensorLayoutException">The element type or the number of elements differs, or the tensor is not
    /// contiguous.</exception>
    /// <exception cref="InvalidOperationException">The tensor has no data.</exception>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public void Read<T>(Span<T> elements)
        where T : unmanaged
    {
        RequireElements<T>("Read", elements.Length);
        ReadBytes(MemoryMarshal.AsBytes(elements));
    }

    /// <summary>Reads all elements of a contiguous tensor into a new array; see <see cref="Read{T}"/>.</summary>
    /// <exception cref="TensorLayoutException">The element type differs, or the tensor is not contiguous.</exception>
    /// <exception cref="InvalidOperationException">The tensor has no data.</exception>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        RequireElements<T>("ToArray", Shape.ElementCount);
        var elements = new T[Shape.ElementCount];
        Read<T>(elements);
        return elements;
    }

    /// <summary>Writes raw bytes, such as blocks of a quantized type, at a byte offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range exceeds the tensor.</exception>
    /// <exception cref="InvalidOperationException">The tensor has no data or read-only data.</exception>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public void WriteBytes(ReadOnlySpan<byte> bytes, long offset = 0)
    {
        using HandleReference alive = Arena.Handle.Hold(Arena);
        RequireRange(bytes.Length, offset);
        if (IsReadOnly)
        {
            throw new InvalidOperationException($"The data of {this} is a memory-mapped file and cannot be written.");
        }

        fixed (byte* pointer = bytes)
        {
            GgmlBuffers.ggml_backend_tensor_set(_native, pointer, (nuint)offset, (nuint)bytes.Length);
        }
    }

    /// <summary>Reads raw bytes at a byte offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range exceeds the tensor.</exception>
    /// <exception cref="InvalidOperationException">The tensor has no data.</exception>
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
            _ = GgmlBuffers.ggml_backend_view_init(_native); // the data was allocated after the view was created
        }

        if (_native->data is null || Root._native->buffer == 0)
        {
            throw new InvalidOperationException($"{this} has no data: allocate its arena, or the graph that computes it.");
        }
    }

    private void RequireElements<T>(string operation, long count)
        where T : unmanaged
    {
        if (TensorSpans.ElementType(Type) != typeof(T))
        {
            throw new TensorLayoutException(operation, $"the elements of {Layout} are not {typeof(T).Name}");
        }

        if (!this.IsContiguous())
        {
            throw new TensorLayoutException(operation, $"{Layout} is not contiguous; make it contiguous with Cont");
        }

        if (count != Shape.ElementCount)
        {
            throw new TensorLayoutException(operation, $"the span has {count} elements, but {Layout} has {Shape.ElementCount}");
        }
    }
}
