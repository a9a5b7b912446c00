using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>A tensor's data in the mapped file, read without copying: <c>using GgufTensorView view = tensor.Open();</c>.</summary>
/// <remarks>
/// Spans from a view cannot outlive their memory. An open view keeps the file mapped, even after the file is disposed. The compiler limits
/// the lifetime of every span to the scope of the view, because the members are <see cref="UnscopedRefAttribute">unscoped references</see>;
/// a span therefore cannot escape the using block that disposes the view. After Dispose, the view and all copies of it throw
/// <see cref="ObjectDisposedException"/>.
/// </remarks>
public readonly unsafe ref struct GgufTensorView : IDisposable
{
    private readonly FileMapping.Lease _lease;
    private readonly long _offset;

    internal GgufTensorView(FileMapping.Lease lease, long offset, scoped in TensorLayout layout)
    {
        _lease = lease;
        _offset = offset;
        Layout = layout;
    }

    /// <summary>The tensor's contiguous layout, relative to its first byte.</summary>
    public TensorLayout Layout { get; }

    /// <summary>All bytes of a tensor smaller than 2 GiB.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="TensorLayoutException">The tensor is 2 GiB or larger; use <see cref="Rows"/> or <see cref="Range"/>.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => Layout.ByteCount <= int.MaxValue
        ? Range(0, Layout.ByteCount)
        : throw new TensorLayoutException("Bytes",
            $"{Layout} has {Layout.ByteCount} bytes, which exceeds the length of a span; read it with Rows or Range");

    /// <summary>The address of the first byte, for native code that reads the tensor while the view is open.</summary>
    internal byte* Pointer => (_lease ?? throw new ObjectDisposedException(nameof(GgufTensorView))).Start + _offset;

    /// <summary>
    /// The bytes of <paramref name="count"/> rows from row <paramref name="first"/>. Rows are numbered consecutively over all outer
    /// dimensions.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rows exceed the tensor or the length of a span.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Rows(long first, long count)
    {
        long row = GgmlTypeInfo.Of(Layout.Type).RowSize(Layout.Shape[0]);
        long rows = Layout.Shape.RowCount;
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, rows - count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((Int128)count * row, int.MaxValue, nameof(count));
        return Range(first * row, count * row);
    }

    /// <summary>A range of the tensor's bytes.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range exceeds the tensor or the length of a span.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Range(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Layout.ByteCount - length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, int.MaxValue);
        return new ReadOnlySpan<byte>(Pointer + offset, (int)length);
    }

    /// <summary>The tensor's elements, for a tensor of any size. Lengths are outermost first, as in System.Numerics.Tensors.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="TensorLayoutException">The element type is not <typeparamref name="T"/>.</exception>
    [UnscopedRef]
    public ReadOnlyTensorSpan<T> AsTensorSpan<T>()
        where T : unmanaged => AsTensorSpan<T>(Layout);

    /// <summary>The tensor's elements through a layout derived from <see cref="Layout"/>, for instance by transposing or slicing.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="TensorLayoutException">The layout extends beyond the tensor, or the element type is not
    /// <typeparamref name="T"/>.</exception>
    [UnscopedRef]
    public ReadOnlyTensorSpan<T> AsTensorSpan<T>(scoped in TensorLayout layout)
        where T : unmanaged => TensorSpans.OverPointer<T>(layout, Pointer, Layout.ByteCount);

    /// <summary>Releases the mapping. Can be called more than once.</summary>
    public void Dispose() => _lease?.Dispose();
}
