namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_sampler_seq_config</c>.</summary>
internal struct llama_sampler_seq_config
{
    public int seq_id;
    public nint sampler;
}
