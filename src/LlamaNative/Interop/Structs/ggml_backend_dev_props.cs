namespace LlamaNative.Interop;

/// <summary>ggml-backend.h: <c>struct ggml_backend_dev_props</c>; the strings belong to the device.</summary>
internal unsafe struct ggml_backend_dev_props
{
    public byte* name;
    public byte* description;
    public nuint memory_free;
    public nuint memory_total;
    public GgmlBackendDevType type;
    public byte* device_id;
    public ggml_backend_dev_caps caps;
}
