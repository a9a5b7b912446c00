namespace LlamaNative.Interop;

/// <summary>
/// ggml.h: <c>struct ggml_tensor</c>. Lives in the memory of its context and never moves. <see cref="nb"/> and
/// <see cref="src"/> hold size_t and pointers, which a fixed buffer can only spell as numbers of the same size.
/// </summary>
internal unsafe struct ggml_tensor
{
    /// <summary>ggml.h: <c>GGML_MAX_SRC</c>.</summary>
    public const int MaxSources = 10;

    /// <summary>ggml.h: <c>GGML_MAX_NAME</c>, the final zero included.</summary>
    public const int MaxName = 64;

    public int type;
    public nint buffer;
    public fixed long ne[4];
    public fixed ulong nb[4];
    public int op;
    public fixed int op_params[16];
    public int flags;
    public fixed ulong src[MaxSources];
    public ggml_tensor* view_src;
    public nuint view_offs;
    public void* data;
    public fixed byte name[MaxName];
    public void* extra;
    public fixed byte padding[8];
}
