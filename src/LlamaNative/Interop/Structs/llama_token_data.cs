namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_token_data</c>.</summary>
internal struct llama_token_data
{
    public int id;
    public float logit;
    public float p;
}
