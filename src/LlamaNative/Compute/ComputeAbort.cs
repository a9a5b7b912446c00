using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// Cancels a running graph on backends with an abort callback: the CPU backend calls it before every operator. The callback is attached
/// only while a cancelable token is in use.
/// </summary>
internal sealed unsafe class ComputeAbort : IDisposable
{
    private readonly nint _backend;
    private readonly delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<void*, byte>, void*, void> _set;
    private GCHandle _self;
    private CancellationToken _token;
    private bool _attached;

    public ComputeAbort(nint device, nint backend)
    {
        _backend = backend;
        _set = GgmlBackends.AbortSetter(device);
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
    }

    /// <summary>Sets the token that cancels the next computation. The caller must hold the backend's lock.</summary>
    public void ListenTo(CancellationToken token)
    {
        _token = token;
        if (_set is not null && token.CanBeCanceled != _attached)
        {
            _attached = token.CanBeCanceled;
            _set(_backend, _attached ? &ShouldAbort : null, (void*)GCHandle.ToIntPtr(_self));
        }
    }

    public void Dispose()
    {
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldAbort(void* data) =>
        GCHandle.FromIntPtr((nint)data).Target is ComputeAbort { _token.IsCancellationRequested: true } ? (byte)1 : (byte)0;
}
