namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_sampler_chain_params</c>.</summary>
internal struct llama_sampler_chain_params
{
    public byte no_perf;
}
