namespace LlamaNative.Interop;

/// <summary>Owns a <c>ggml_backend_sched_t</c> and keeps its backends alive.</summary>
internal sealed class GgmlSchedulerHandle : GgmlHandle
{
    private readonly GgmlBackendHandle[] _backends;

    public GgmlSchedulerHandle(nint scheduler, GgmlBackendHandle[] backends)
    {
        _backends = backends;
        foreach (GgmlBackendHandle backend in backends)
        {
            bool added = false;
            backend.DangerousAddRef(ref added);
        }

        SetHandle(scheduler);
    }

    protected override bool ReleaseHandle()
    {
        GgmlSchedulers.ggml_backend_sched_free(handle);
        foreach (GgmlBackendHandle backend in _backends)
        {
            backend.DangerousRelease();
        }

        return true;
    }
}
