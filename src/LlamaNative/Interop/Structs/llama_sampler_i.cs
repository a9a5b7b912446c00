namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_sampler_i</c>, the functions of a user-written sampler.</summary>
internal unsafe struct llama_sampler_i
{
    public delegate* unmanaged[Cdecl]<llama_sampler*, byte*> name;
    public delegate* unmanaged[Cdecl]<llama_sampler*, int, void> accept;
    public delegate* unmanaged[Cdecl]<llama_sampler*, llama_token_data_array*, void> apply;
    public delegate* unmanaged[Cdecl]<llama_sampler*, void> reset;
    public delegate* unmanaged[Cdecl]<llama_sampler*, llama_sampler*> clone;
    public delegate* unmanaged[Cdecl]<llama_sampler*, void> free;
    public nint backend_init;
    public nint backend_accept;
    public nint backend_apply;
    public nint backend_set_input;
    public nint backend_reset;
    public nint copy_state;
}
