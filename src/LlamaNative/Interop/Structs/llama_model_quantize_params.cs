using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_model_quantize_params</c>.</summary>
internal unsafe struct llama_model_quantize_params
{
    public int nthread;
    public int ftype;
    public GgmlType output_tensor_type;
    public GgmlType token_embedding_type;
    public byte allow_requantize;
    public byte quantize_output_tensor;
    public byte only_copy;
    public byte pure;
    public byte keep_split;
    public byte dry_run;
    public llama_model_imatrix_data* imatrix;
    public llama_model_kv_override* kv_overrides;
    public llama_model_tensor_override* tt_overrides;
    public int* prune_layers;
    public nuint max_buf_size;
}
