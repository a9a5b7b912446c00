using System.Text;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// A tensor of a ggml graph: data, or the result of an operator. It belongs to the arena that made it and is gone
/// with it. Its shape and type are fixed; it has data once a buffer was allocated for it or for its graph.
/// </summary>
/// <remarks>The description lies in native memory that the arena owns, so every access goes through the arena's handle.</remarks>
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

    /// <summary>The arena that owns it.</summary>
    public TensorArena Arena { get; }

    /// <summary>Element type, shape, strides in bytes, and for a view its offset in the tensor it looks at.</summary>
    public TensorLayout Layout { get; }

    /// <summary>The element type.</summary>
    public GgmlType Type => Layout.Type;

    /// <summary>Elements per dimension, fastest first (ggml's ne).</summary>
    public TensorShape Shape => Layout.Shape;

    /// <summary>The bytes from its first element to its last, gaps of a view included.</summary>
    public long ByteCount => Layout.ByteCount;

    /// <summary>Whether it looks at another tensor's data.</summary>
    public bool IsView => Root != this;

    /// <summary>Whether its data lies in memory that must not be written, such as a mapped file.</summary>
    public bool IsReadOnly => Root.MappedData;

    /// <summary>Whether it is marked as trainable; see <see cref="TensorArena.SetParam"/>.</summary>
    public bool IsParam { get; internal set; }

    /// <summary>Whether it is what training makes small; see <see cref="TensorArena.SetLoss"/>.</summary>
    public bool IsLoss { get; internal set; }

    /// <summary>A name for messages, at most 63 bytes of UTF-8. ggml names tensors without one when they enter a graph.</summary>
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
                throw new ArgumentException($"A tensor's name takes at most {Room} bytes of UTF-8 without zeros.", nameof(value));
            }

            using HandleReference alive = Arena.Handle.Hold(Arena);
            var name = new Span<byte>(_native->name, NativeConstants.GGML_MAX_NAME);
            name.Clear();
            Encoding.UTF8.GetBytes(value, name);
        }
    }

    /// <summary>Its operator; <see cref="GgmlOp.None"/> for data.</summary>
    internal GgmlOp Op { get; }

    /// <summary>What the operator reads, in ggml's order.</summary>
    internal GgmlTensor?[] Sources { get; }

    /// <summary>The tensor whose data this one shows; itself unless it is a view.</summary>
    internal GgmlTensor Root { get; }

    /// <summary>Set where the data is read-only memory.</summary>
    internal bool MappedData { get; set; }

    /// <summary>The graph whose allocator placed the data among other intermediate results; null for data of its own.</summary>
    internal ComputeGraph? PlacedBy { get; set; }

    /// <summary>The operator in C# that computes it, if there is one.</summary>
    internal CustomOperatorBridge? Custom { get; set; }

    /// <summary>The native description, valid while the arena's handle is.</summary>
    internal ggml_tensor* Native => _native;

    /// <summary>The operator's parameter at a place, as an integer.</summary>
    internal int Parameter(int index) => _native->op_params[index];

    /// <summary>The operator's parameter at a place, as a float.</summary>
    internal float FloatParameter(int index) => BitConverter.Int32BitsToSingle(_native->op_params[index]);

    /// <summary>Type, shape and name.</summary>
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
