namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_chat_message</c>.</summary>
internal unsafe struct llama_chat_message
{
    public byte* role;
    public byte* content;
}
