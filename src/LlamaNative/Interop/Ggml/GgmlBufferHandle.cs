namespace LlamaNative.Interop;

/// <summary>Owns a <c>ggml_backend_buffer_t</c>: memory on a device. Tensors in it hold it through their context.</summary>
internal sealed class GgmlBufferHandle : GgmlHandle
{
    public GgmlBufferHandle(nint buffer) => SetHandle(buffer);

    protected override bool ReleaseHandle()
    {
        GgmlBuffers.ggml_backend_buffer_free(handle);
        return true;
    }
}
