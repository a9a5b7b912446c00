using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// A handle that records its disposal even while other references keep the native object alive. <see cref="SafeHandle.IsClosed"/> becomes
/// true only after the last reference is released, but the handle's owner must not be used after the first Dispose.
/// </summary>
internal abstract class GgmlHandle : SafeHandle
{
    protected GgmlHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    public bool IsDisposed { get; private set; }

    /// <summary>Keeps the native object alive for a scope.</summary>
    /// <exception cref="ObjectDisposedException">The handle was disposed. The exception names the type of
    /// <paramref name="owner"/>.</exception>
    public HandleReference Hold(object owner)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, owner);
        return new HandleReference(this);
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
