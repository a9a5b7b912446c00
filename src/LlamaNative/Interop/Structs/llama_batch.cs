namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_batch</c>; every array has <see cref="n_tokens"/> entries.</summary>
internal unsafe struct llama_batch
{
    public int n_tokens;
    public int* token;
    public float* embd;
    public int* pos;
    public int* n_seq_id;
    public int** seq_id;
    public sbyte* logits;
}
