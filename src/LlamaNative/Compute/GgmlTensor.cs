using System.Text;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// A tensor of a ggml graph: either data or the result of an operator. It belongs to the arena that created it and is invalid after the
/// arena is disposed. Its shape and type are fixed. It has data once memory was allocated for its arena or its graph.
/// </summary>
/// <remarks>The description is in native memory that the arena owns, so every access uses the arena's handle.</remarks>
public sealed unsafe partial class GgmlTensor
{
    private readonly ggml_tensor* _native;

    internal GgmlTensor(TensorArena arena, ggml_tensor* native, params ReadOnlySpan<GgmlTensor?> sources)
    {
        Arena = arena;
        _native = native;
        Op = native->op;
        Layout = ReadLayout(native, (long)native->view_offs);
        Sources = sources.ToArray();
        Root = FindRoot(native, sources) ?? this;
    }

    /// <summary>The arena that owns the tensor.</summary>
    public TensorArena Arena { get; }

    /// <summary>Element type, shape and strides in bytes. For a view, the offset is relative to the viewed tensor.</summary>
    public TensorLayout Layout { get; }

    /// <summary>The element type.</summary>
    public GgmlType Type => Layout.Type;

    /// <summary>The elements per dimension, fastest first (ggml's ne).</summary>
    public TensorShape Shape => Layout.Shape;

    /// <summary>The size in bytes from the first to the last element, including the gaps of a view.</summary>
    public long ByteCount => Layout.ByteCount;

    /// <summary>Whether the tensor is a view of another tensor's data.</summary>
    public bool IsView => Root != this;

    /// <summary>Whether the data must not be written, such as that of a memory-mapped file.</summary>
    public bool IsReadOnly => Root.MappedData;

    /// <summary>Whether the tensor is trainable; see <see cref="TensorArena.SetParam"/>.</summary>
    public bool IsParam { get; internal set; }

    /// <summary>Whether the tensor is a loss; see <see cref="TensorArena.SetLoss"/>.</summary>
    public bool IsLoss { get; internal set; }

    /// <summary>
    /// The name, at most 63 bytes of UTF-8, for use in messages. ggml names unnamed tensors when they are added to a graph.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The arena was disposed.</exception>
    public string Name
    {
        get
        {
            using HandleReference alive = Arena.Handle.Hold(Arena);
            return NativeText.Read(_native->name) ?? "";
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            const int Room = NativeConstants.GGML_MAX_NAME - 1;
            if (Encoding.UTF8.GetByteCount(value) > Room || value.Contains('\0'))
            {
                throw new ArgumentException($"A tensor's name must have at most {Room} bytes of UTF-8 without zeros.", nameof(value));
            }

            using HandleReference alive = Arena.Handle.Hold(Arena);
            var name = new Span<byte>(_native->name, NativeConstants.GGML_MAX_NAME);
            name.Clear();
            Encoding.UTF8.GetBytes(value, name);
        }
    }

    /// <summary>The operator; <see cref="GgmlOp.None"/> for data.</summary>
    internal GgmlOp Op { get; }

    /// <summary>The operands, in ggml's order.</summary>
    internal GgmlTensor?[] Sources { get; }

    /// <summary>The tensor that a view refers to; the tensor itself if it is not a view.</summary>
    internal GgmlTensor Root { get; }

    /// <summary>Whether the data is read-only memory.</summary>
    internal bool MappedData { get; set; }

    /// <summary>The graph whose allocator assigned shared memory to this intermediate result; null for other tensors.</summary>
    internal ComputeGraph? PlacedBy { get; set; }

    /// <summary>The custom operator that computes the tensor, if any.</summary>
    internal CustomOperatorBridge? Custom { get; set; }

    /// <summary>The native description, valid while the arena's handle is open.</summary>
    internal ggml_tensor* Native => _native;

    /// <summary>The operator's parameter at an index, as an integer.</summary>
    internal int Parameter(int index) => _native->op_params[index];

    /// <summary>The operator's parameter at an index, as a float.</summary>
    internal float FloatParameter(int index) => BitConverter.Int32BitsToSingle(_native->op_params[index]);

    /// <summary>Returns type, shape and name.</summary>
    public override string ToString() =>
        $"{GgmlTypeInfo.Of(Type).Name} {Shape}" + (Arena.Handle.IsDisposed ? " (disposed)" : Name.Length > 0 ? $" '{Name}'" : "");

    internal static TensorLayout ReadLayout(ggml_tensor* native, long offset)
    {
        Dims ne = Dims.Of(native->ne[0], native->ne[1], native->ne[2], native->ne[3]);
        Dims nb = Dims.Of((long)native->nb[0], (long)native->nb[1], (long)native->nb[2], (long)native->nb[3]);
        int rank = ne[3] != 1 ? 4 : ne[2] != 1 ? 3 : ne[1] != 1 ? 2 : 1;
        return new TensorLayout(native->type, TensorShape.FromDims(ne, rank), nb, offset);
    }

    private static GgmlTensor? FindRoot(ggml_tensor* native, ReadOnlySpan<GgmlTensor?> sources)
    {
        foreach (GgmlTensor? source in sources)
        {
            if (source is not null && native->view_src == source.Root._native)
            {
                return source.Root;
            }
        }

        return null;
    }
}
