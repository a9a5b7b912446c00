using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>Owns a <c>ggml_gallocr_t</c> and with it the memory of one graph's intermediate results.</summary>
internal sealed class GgmlAllocatorHandle : SafeHandle
{
    public GgmlAllocatorHandle(nint bufferType)
        : base(0, ownsHandle: true) => SetHandle(GgmlGraphs.ggml_gallocr_new(bufferType));

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        GgmlGraphs.ggml_gallocr_free(handle);
        return true;
    }
}
