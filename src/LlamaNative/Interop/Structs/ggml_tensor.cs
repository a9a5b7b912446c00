using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>
/// ggml.h: <c>struct ggml_tensor</c>. Allocated in the memory of its context; never moves. <see cref="nb"/> and <see cref="src"/> contain
/// size_t values and pointers, which are declared as integers of the same size because fixed buffers do not support them.
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
