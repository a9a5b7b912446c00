namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_model_tensor_buft_override</c>.</summary>
internal unsafe struct llama_model_tensor_buft_override
{
    public byte* pattern;
    public nint buft;
}
