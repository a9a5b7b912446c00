namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_model_params</c>.</summary>
internal unsafe struct llama_model_params
{
    public nint* devices;
    public llama_model_tensor_buft_override* tensor_buft_overrides;
    public int n_gpu_layers;
    public LlamaSplitMode split_mode;
    public LlamaLoadMode load_mode;
    public LlamaLazyMode lazy_mode;
    public int main_gpu;
    public float* tensor_split;
    public delegate* unmanaged[Cdecl]<float, void*, byte> progress_callback;
    public void* progress_callback_user_data;
    public llama_model_kv_override* kv_overrides;
    public byte vocab_only;
    public byte check_tensors;
    public byte use_extra_bufts;
    public byte no_host;
    public byte no_alloc;
    public byte load_mtp;
}
