using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>Owns a <c>ggml_backend_sched_t</c>, and keeps the backends it divides work between.</summary>
internal sealed class GgmlSchedulerHandle : SafeHandle
{
    private readonly GgmlBackendHandle[] _backends;

    public GgmlSchedulerHandle(nint scheduler, GgmlBackendHandle[] backends)
        : base(0, ownsHandle: true)
    {
        _backends = backends;
        foreach (GgmlBackendHandle backend in backends)
        {
            bool added = false;
            backend.DangerousAddRef(ref added);
        }

        SetHandle(scheduler);
    }

    public override bool IsInvalid => handle == 0;

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
