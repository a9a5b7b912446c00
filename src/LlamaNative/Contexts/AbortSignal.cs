using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Contexts;

/// <summary>
/// Carries cancellation into a running graph: the CPU backend asks before every operation whether to stop. Asking costs
/// a step out of native code, so the question is attached only while a token that can be cancelled is in use.
/// </summary>
internal sealed unsafe class AbortSignal(LlamaContextHandle context, GCHandle self)
{
    private CancellationToken _token;
    private bool _attached;

    /// <summary>Makes the signal of a context, reachable from native code as long as the context holds it.</summary>
    public static AbortSignal For(LlamaContextHandle context)
    {
        // Weak, as the signal leads back to the context: a strong handle would keep a forgotten context alive for good.
        GCHandle self = GCHandle.Alloc(null, GCHandleType.Weak);
        var signal = new AbortSignal(context, self);
        self.Target = signal;
        context.KeepUntilReleased(self);
        return signal;
    }

    /// <summary>Chooses the token that the next evaluation listens to.</summary>
    public void ListenTo(CancellationToken token)
    {
        _token = token;
        if (token.CanBeCanceled != _attached)
        {
            _attached = token.CanBeCanceled;
            LlamaContexts.llama_set_abort_callback(context, _attached ? &ShouldAbort : null, (void*)GCHandle.ToIntPtr(self));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldAbort(void* data) =>
        ((AbortSignal)GCHandle.FromIntPtr((nint)data).Target!)._token.IsCancellationRequested ? (byte)1 : (byte)0;
}
