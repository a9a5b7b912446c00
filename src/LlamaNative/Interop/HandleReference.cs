using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>Keeps a handle's object alive for a scope; throws <see cref="ObjectDisposedException"/> if the handle is closed.</summary>
internal readonly ref struct HandleReference
{
    private readonly SafeHandle _handle;

    public HandleReference(SafeHandle handle)
    {
        bool added = false;
        handle.DangerousAddRef(ref added);
        _handle = handle;
    }

    public void Dispose() => _handle.DangerousRelease();
}
