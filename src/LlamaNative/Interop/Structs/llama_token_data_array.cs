namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_token_data_array</c>; <see cref="selected"/> indexes <see cref="data"/>.</summary>
internal unsafe struct llama_token_data_array
{
    public llama_token_data* data;
    public nuint size;
    public long selected;
    public byte sorted;
}
