using System.Runtime.InteropServices;

namespace LlamaNative.Contexts;

/// <summary>Owns a block of native memory, zeroed, that never moves and so needs no pinning.</summary>
internal sealed unsafe class NativeBuffer : SafeHandle
{
    public NativeBuffer(nuint bytes)
        : base(0, ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed(bytes));

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }
}
