using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_model_tensor_override</c>; an array is terminated by a null pattern.</summary>
internal unsafe struct llama_model_tensor_override
{
    public byte* pattern;
    public GgmlType type;
}
