namespace LlamaNative.Interop;

/// <summary>Owns a <c>ggml_backend_t</c> and the thread pool attached to it, which the backend uses until it is freed.</summary>
internal sealed class GgmlBackendHandle : GgmlHandle
{
    private nint _pool;
    private IDisposable? _callbackState;

    public GgmlBackendHandle(nint backend) => SetHandle(backend);

    /// <summary>Takes ownership of a pool that was attached to the backend.</summary>
    public void OwnPool(nint pool) => _pool = pool;

    /// <summary>Takes ownership of what native callbacks reach; disposed once they can no longer be called.</summary>
    public void Own(IDisposable callbackState) => _callbackState = callbackState;

    protected override bool ReleaseHandle()
    {
        GgmlBackends.ggml_backend_free(handle);
        if (_pool != 0)
        {
            GgmlThreads.FreePool(_pool);
        }

        _callbackState?.Dispose();
        return true;
    }
}
