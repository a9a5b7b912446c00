using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// A handle that knows it was disposed also while others still keep its native object: <see cref="SafeHandle.IsClosed"/>
/// turns true only with the last reference, and its owner must not be used from the first Dispose on.
/// </summary>
internal abstract class GgmlHandle : SafeHandle
{
    protected GgmlHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    public bool IsDisposed { get; private set; }

    /// <summary>Keeps the native object for a scope.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed, named by the type of <paramref name="owner"/>.</exception>
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
