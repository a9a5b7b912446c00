namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_sampler</c>.</summary>
internal unsafe struct llama_sampler
{
    public llama_sampler_i* iface;
    public void* ctx;
}
