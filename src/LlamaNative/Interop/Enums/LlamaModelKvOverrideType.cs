namespace LlamaNative.Interop;

/// <summary>llama.h: <c>enum llama_model_kv_override_type</c>: the member of <see cref="llama_model_kv_override"/> in use.</summary>
internal enum LlamaModelKvOverrideType
{
    Int = 0,
    Float = 1,
    Bool = 2,
    Str = 3,
}
