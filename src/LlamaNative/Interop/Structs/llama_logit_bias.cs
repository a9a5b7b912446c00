namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_logit_bias</c>.</summary>
internal struct llama_logit_bias
{
    public int token;
    public float bias;
}
