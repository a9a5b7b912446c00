using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Owns a <c>ggml_context*</c> and the memory it hands out. What the tensors in it point at (other contexts, buffers,
/// allocators) is kept alive by references that are returned when the context goes.
/// </summary>
internal sealed unsafe class GgmlContextHandle : GgmlHandle
{
    private const int Alignment = NativeConstants.GGML_MEM_ALIGN;
    private readonly List<SafeHandle> _kept = [];
    private readonly List<IDisposable> _owned = [];
    private void* _memory;

    /// <summary>Makes a context without tensor data that has room for so many bytes of descriptions.</summary>
    /// <exception cref="OutOfMemoryException">There is no memory; ggml would end the process.</exception>
    public GgmlContextHandle(nuint bytes)
    {
        // Room for one more header, which ggml wants to see free before it takes the last object.
        bytes = checked((bytes + 64 + Alignment - 1) / Alignment * Alignment);
        _memory = NativeMemory.AlignedAlloc(bytes, Alignment);
        SetHandle(GgmlContexts.ggml_init(new ggml_init_params { mem_size = bytes, mem_buffer = _memory, no_alloc = 1 }));
    }

    /// <summary>Keeps another native object alive as long as this context.</summary>
    public void Keep(SafeHandle other)
    {
        bool added = false;
        other.DangerousAddRef(ref added);
        _kept.Add(other);
    }

    /// <summary>Takes ownership of what is disposed with this context.</summary>
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
