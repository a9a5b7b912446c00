using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>
/// ggml.h: <c>struct ggml_tensor</c>. Lives in the memory of its context and never moves. <see cref="nb"/> and
/// <see cref="src"/> hold size_t and pointers, which a fixed buffer can only spell as numbers of the same size.
/// </summary>
internal unsafe struct ggml_tensor
{
    public GgmlType type;
    public nint buffer;
    public fixed long ne[NativeConstants.GGML_MAX_DIMS];
    public fixed ulong nb[NativeConstants.GGML_MAX_DIMS];
    public GgmlOp op;
    public fixed int op_params[NativeConstants.GGML_MAX_OP_PARAMS / sizeof(int)];
    public int flags;
    public fixed ulong src[NativeConstants.GGML_MAX_SRC];
    public ggml_tensor* view_src;
    public nuint view_offs;
    public void* data;
    public fixed byte name[NativeConstants.GGML_MAX_NAME];
    public void* extra;
    public fixed byte padding[8];
}
