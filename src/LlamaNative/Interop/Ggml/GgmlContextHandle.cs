using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Owns a <c>ggml_context*</c> and its memory. It keeps the objects that its tensors refer to (other contexts, buffers, allocators) alive
/// until the context is freed.
/// </summary>
internal sealed unsafe class GgmlContextHandle : GgmlHandle
{
    private const int Alignment = NativeConstants.GGML_MEM_ALIGN;
    private readonly List<SafeHandle> _kept = [];
    private readonly List<IDisposable> _owned = [];
    private void* _memory;

    /// <summary>Creates a context without tensor data, with the given number of bytes for tensor descriptions.</summary>
    /// <exception cref="OutOfMemoryException">The memory cannot be allocated. (ggml would abort the process.)</exception>
    public GgmlContextHandle(nuint bytes)
    {
        // One extra header, because ggml requires free space for it before it allocates the last object.
        bytes = checked((bytes + 64 + Alignment - 1) / Alignment * Alignment);
        _memory = NativeMemory.AlignedAlloc(bytes, Alignment);
        SetHandle(GgmlContexts.ggml_init(new ggml_init_params { mem_size = bytes, mem_buffer = _memory, no_alloc = 1 }));
    }

    /// <summary>Keeps another native object alive until this context is freed.</summary>
    public void Keep(SafeHandle other)
    {
        bool added = false;
        other.DangerousAddRef(ref added);
        _kept.Add(other);
    }

    /// <summary>Takes ownership of a resource, which is disposed with this context.</summary>
    public void Own(IDisposable resource) => _owned.Add(resource);

    protected override bool ReleaseHandle()
    {
        GgmlContexts.ggml_free(handle);
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        foreach (SafeHandle other in _kept)
        {
            other.DangerousRelease();
        }

        foreach (IDisposable resource in _owned)
        {
            resource.Dispose();
        }

        return true;
    }
}
