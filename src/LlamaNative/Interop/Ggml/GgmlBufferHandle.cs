namespace LlamaNative.Interop;

/// <summary>Owns a <c>ggml_backend_buffer_t</c>: memory on a device. The context of the tensors in the buffer keeps it alive.</summary>
internal sealed class GgmlBufferHandle : GgmlHandle
{
    public GgmlBufferHandle(nint buffer) => SetHandle(buffer);

    protected override bool ReleaseHandle()
    {
        GgmlBuffers.ggml_backend_buffer_free(handle);
        return true;
    }
}
