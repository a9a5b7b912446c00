using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>
/// A tensor's bytes in the mapped file, without a copy: <c>using GgufTensorView view = tensor.Open();</c>.
/// </summary>
/// <remarks>
/// Why a span from here cannot outlive its memory. The view holds the mapping: disposing the file while a view is open
/// closes it for newcomers and leaves the pages until the last view goes. A span knows no owner, so the compiler stands
/// guard instead: every span is returned as <see cref="UnscopedRefAttribute">part of the view itself</see>, may therefore
/// be stored only where the view's own variable is visible, and so ends with the using block that closes the view. Used
/// after Dispose, the view (and each copy of it: they share one lease) throws <see cref="ObjectDisposedException"/>.
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

    /// <summary>The tensor's contiguous layout, counted from its own first byte.</summary>
    public TensorLayout Layout { get; }

    /// <summary>All bytes of a tensor below 2 GiB.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="TensorLayoutException">The tensor is larger than a span; read it by <see cref="Rows"/> or
    /// <see cref="Range"/>.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => Layout.ByteCount <= int.MaxValue
        ? Range(0, Layout.ByteCount)
        : throw new TensorLayoutException("Bytes", $"{Layout} takes {Layout.ByteCount} bytes, more than one span holds");

    /// <summary>The first byte, for native code that reads the tensor in place while the view is open.</summary>
    internal byte* Pointer => (_lease ?? throw new ObjectDisposedException(nameof(GgufTensorView))).Start + _offset;

    /// <summary>
    /// The bytes of <paramref name="count"/> rows from row <paramref name="first"/>, rows of all outer dimensions counted through.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not all in the tensor, or take more than a span holds.</exception>
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

    /// <summary>Any bytes of the tensor.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the tensor, or is more than a span holds.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Range(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Layout.ByteCount - length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, int.MaxValue);
        return new ReadOnlySpan<byte>(Pointer + offset, (int)length);
    }

    /// <summary>The tensor as numbers, whatever its size; lengths are outermost first, as System.Numerics.Tensors counts them.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="TensorLayoutException">The tensor does not hold <typeparamref name="T"/> numbers.</exception>
    [UnscopedRef]
    public ReadOnlyTensorSpan<T> AsTensorSpan<T>()
        where T : unmanaged => AsTensorSpan<T>(Layout);

    /// <summary>The tensor as numbers through a layout made from <see cref="Layout"/> by transposing, slicing and so on.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    /// <exception cref="TensorLayoutException">The layout reaches outside the tensor or holds other numbers.</exception>
    [UnscopedRef]
    public ReadOnlyTensorSpan<T> AsTensorSpan<T>(scoped in TensorLayout layout)
        where T : unmanaged => TensorSpans.OverPointer<T>(layout, Pointer, Layout.ByteCount);

    /// <summary>Ends the reading; harmless when repeated.</summary>
    public void Dispose() => _lease?.Dispose();
}
