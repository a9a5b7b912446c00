using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>Owns a <c>ggml_backend_buffer_t</c>: memory on a device. Tensors in it hold it through their context.</summary>
internal sealed class GgmlBufferHandle : SafeHandle
{
    public GgmlBufferHandle(nint buffer)
        : base(0, ownsHandle: true) => SetHandle(buffer);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        GgmlBuffers.ggml_backend_buffer_free(handle);
        return true;
    }
}
