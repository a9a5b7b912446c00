namespace LlamaNative.Interop;

/// <summary>Owns a <c>ggml_backend_t</c> and its thread pool, which the backend uses until it is freed.</summary>
internal sealed class GgmlBackendHandle : GgmlHandle
{
    private nint _pool;
    private IDisposable? _callbackState;

    public GgmlBackendHandle(nint backend) => SetHandle(backend);

    /// <summary>Takes ownership of a thread pool attached to the backend.</summary>
    public void OwnPool(nint pool) => _pool = pool;

    /// <summary>Takes ownership of the state of native callbacks, which is disposed after the backend is freed.</summary>
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
