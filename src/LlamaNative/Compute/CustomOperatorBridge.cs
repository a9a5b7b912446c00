using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// Forwards ggml's calls of a custom operator to C# and captures its exceptions, which must not propagate through native frames. Native
/// code has a weak handle: the tensor keeps the bridge alive, and the graph keeps the tensor alive.
/// </summary>
internal sealed unsafe class CustomOperatorBridge : IDisposable
{
    private readonly CustomOperator _operator;
    private readonly int _sourceCount;
    private GCHandle _self;
    private Exception? _error;

    public CustomOperatorBridge(CustomOperator custom, int sourceCount)
    {
        _operator = custom;
        _sourceCount = sourceCount;
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
    }

    public void* UserData => (void*)GCHandle.ToIntPtr(_self);

    public static delegate* unmanaged[Cdecl]<ggml_tensor*, int, int, void*, void> Function => &Compute;

    /// <summary>Rethrows the operator's exception since the last call, if any.</summary>
    public void Rethrow()
    {
        if (Interlocked.Exchange(ref _error, null) is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    public void Dispose() => _self.Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Compute(ggml_tensor* result, int task, int taskCount, void* userData)
    {
        if (GCHandle.FromIntPtr((nint)userData).Target is not CustomOperatorBridge bridge)
        {
            return;
        }

        try
        {
            bridge._operator(new CustomOperation(result, bridge._sourceCount, task, taskCount));
        }
        catch (Exception error)
        {
            // Only the first exception is reported; the other tasks often fail because of it.
            Interlocked.CompareExchange(ref bridge._error, error, null);
        }
    }
}
