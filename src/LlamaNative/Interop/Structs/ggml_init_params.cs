namespace LlamaNative.Interop;

/// <summary>ggml.h: <c>struct ggml_init_params</c>.</summary>
internal unsafe struct ggml_init_params
{
    public nuint mem_size;
    public void* mem_buffer;
    public byte no_alloc;
}
