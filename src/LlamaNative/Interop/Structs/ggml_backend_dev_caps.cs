namespace LlamaNative.Interop;

/// <summary>ggml-backend.h: <c>struct ggml_backend_dev_caps</c>.</summary>
internal struct ggml_backend_dev_caps
{
    public byte async;
    public byte host_buffer;
    public byte buffer_from_host_ptr;
    public byte events;
    public byte mmap_support;
}
