namespace LlamaNative.Interop;

/// <summary>Owns a <c>ggml_gallocr_t</c>, which owns the memory of a graph's intermediate results.</summary>
internal sealed class GgmlAllocatorHandle : GgmlHandle
{
    public GgmlAllocatorHandle(nint bufferType) => SetHandle(GgmlGraphs.ggml_gallocr_new(bufferType));

    protected override bool ReleaseHandle()
    {
        GgmlGraphs.ggml_gallocr_free(handle);
        return true;
    }
}
