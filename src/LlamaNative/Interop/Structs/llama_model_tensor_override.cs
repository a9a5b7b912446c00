using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_model_tensor_override</c>; a list of them ends with a null pattern.</summary>
internal unsafe struct llama_model_tensor_override
{
    public byte* pattern;
    public GgmlType type;
}
