using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Owns a <c>llama_context*</c> together with the thread pools attached to it, and keeps the model alive. One handle
/// for all of them because the order of release matters: the context uses the pools until it is freed, and its
/// weights are the model's.
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

    /// <summary>Takes ownership of the pools and attaches them; both may be the same one.</summary>
    public void AttachPools(nint pool, nint batchPool)
    {
        _pool = pool;
        _batchPool = batchPool;
        LlamaContexts.llama_attach_threadpool(handle, pool, batchPool);
    }

    /// <summary>Takes ownership of what native callbacks reach; freed once they can no longer be called.</summary>
    public void KeepUntilReleased(GCHandle callbackState) => _callbackStates.Add(callbackState);

    /// <summary>Takes over one reference to each adapter the context now uses, and releases those it used before.</summary>
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
