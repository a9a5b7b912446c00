using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>One tensor of a file: what it is and where its bytes lie. <see cref="Open"/> reads them in place.</summary>
public sealed class GgufTensorInfo
{
    internal GgufTensorInfo(FileMapping mapping, string name, in TensorLayout layout, long offset, int part)
    {
        Mapping = mapping;
        Name = name;
        Layout = layout;
        Offset = offset;
        Part = part;
    }

    /// <summary>The name, such as <c>blk.0.attn_q.weight</c>; unique in a file, also across its parts.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public GgmlType Type => Layout.Type;

    /// <summary>Elements per dimension, fastest first.</summary>
    public TensorShape Shape => Layout.Shape;

    /// <summary>The contiguous layout of the tensor, counted from its own first byte.</summary>
    public TensorLayout Layout { get; }

    /// <summary>Bytes of data, padding excluded.</summary>
    public long ByteCount => Layout.ByteCount;

    /// <summary>Where the data starts, in bytes from the start of its file.</summary>
    public long Offset { get; }

    /// <summary>Which part of a split file holds the data, counted from 0.</summary>
    public int Part { get; }

    /// <summary>The mapped file the data lies in.</summary>
    internal FileMapping Mapping { get; }

    /// <summary>Opens the data for reading in place. Dispose the view when done with its spans.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public GgufTensorView Open() => new(Mapping.Acquire(), Offset, Layout);

    /// <summary>Name, type and shape.</summary>
    public override string ToString() => $"{Name} {GgmlTypeInfo.Of(Type).Name} {Shape}";
}
