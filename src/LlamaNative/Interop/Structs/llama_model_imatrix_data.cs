namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_model_imatrix_data</c>; a list of them ends with a null name.</summary>
internal unsafe struct llama_model_imatrix_data
{
    public byte* name;
    public float* data;
    public nuint size;
}
