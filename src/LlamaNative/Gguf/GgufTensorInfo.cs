using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>Describes one tensor of a file: name, type, shape and location. Call <see cref="Open"/> to read its data in place.</summary>
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

    /// <summary>The name, such as <c>blk.0.attn_q.weight</c>; unique in the file, including all of its parts.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public GgmlType Type => Layout.Type;

    /// <summary>The elements per dimension, fastest first.</summary>
    public TensorShape Shape => Layout.Shape;

    /// <summary>The contiguous layout of the tensor, relative to its first byte.</summary>
    public TensorLayout Layout { get; }

    /// <summary>The size of the data in bytes, without padding.</summary>
    public long ByteCount => Layout.ByteCount;

    /// <summary>The offset of the data in bytes from the start of its file.</summary>
    public long Offset { get; }

    /// <summary>The index of the part of a split model that contains the data; 0 for a single file.</summary>
    public int Part { get; }

    /// <summary>The mapped file that contains the data.</summary>
    internal FileMapping Mapping { get; }

    /// <summary>Opens the data for reading in place. Dispose the view when its spans are no longer needed.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public GgufTensorView Open() => new(Mapping.Acquire(), Offset, Layout);

    /// <summary>Returns name, type and shape.</summary>
    public override string ToString() => $"{Name} {GgmlTypeInfo.Of(Type).Name} {Shape}";
}
