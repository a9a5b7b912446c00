using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Owns a <c>llama_context*</c> and its thread pools, and keeps the model alive. A single handle owns all of them because they must be
/// released in order: the context uses the pools and the model's weights until it is freed.
/// </summary>
internal sealed class LlamaContextHandle : SafeHandle
{
    private readonly LlamaModelHandle _model;
    private nint _pool;
    private nint _batchPool;
    private readonly List<GCHandle> _callbackStates = [];
    private LoraAdapterHandle[] _adapters = [];

    /// <summary>Takes ownership of <paramref name="context"/> and a reference to <paramref name="model"/>.</summary>
    public LlamaContextHandle(nint context, LlamaModelHandle model)
        : base(0, ownsHandle: true)
    {
        _model = model;
        bool added = false;
        model.DangerousAddRef(ref added);
        SetHandle(context);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Takes ownership of the thread pools and attaches them. Both may be the same pool.</summary>
    public void AttachPools(nint pool, nint batchPool)
    {
        _pool = pool;
        _batchPool = batchPool;
        LlamaContexts.llama_attach_threadpool(handle, pool, batchPool);
    }

    /// <summary>Takes ownership of the state of native callbacks, which is freed after the context is freed.</summary>
    public void KeepUntilReleased(GCHandle callbackState) => _callbackStates.Add(callbackState);

    /// <summary>Takes ownership of one reference to each adapter in use, and releases the references to the previous adapters.</summary>
    public void KeepAdapters(LoraAdapterHandle[] referenced)
    {
        LoraAdapterHandle[] before = _adapters;
        _adapters = referenced;
        foreach (LoraAdapterHandle adapter in before)
        {
            adapter.DangerousRelease();
        }
    }

    protected override bool ReleaseHandle()
    {
        LlamaContexts.llama_free(handle);
        if (_pool != 0)
        {
            GgmlThreads.FreePool(_pool);
        }

        if (_batchPool != 0 && _batchPool != _pool)
        {
            GgmlThreads.FreePool(_batchPool);
        }

        _callbackStates.ForEach(state => state.Free());

        KeepAdapters([]);
        _model.DangerousRelease();
        return true;
    }
}
