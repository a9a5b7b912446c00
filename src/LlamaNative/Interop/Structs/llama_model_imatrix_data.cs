namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_model_imatrix_data</c>; an array is terminated by a null name.</summary>
internal unsafe struct llama_model_imatrix_data
{
    public byte* name;
    public float* data;
    public nuint size;
}
