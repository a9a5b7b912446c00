using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Contexts;

/// <summary>
/// Carries cancellation into a running graph: the CPU backend calls the abort callback before every operation. Each call is a
/// transition from native to managed code, so the callback is attached only while a cancellable token is in use.
/// </summary>
internal sealed unsafe class AbortSignal(LlamaContextHandle context, GCHandle self)
{
    private CancellationToken _token;
    private bool _attached;

    /// <summary>Creates the signal of a context; native code can reach it for the lifetime of the context's handle.</summary>
    public static AbortSignal For(LlamaContextHandle context)
    {
        // A weak handle, because the signal references the context: a strong one would keep an abandoned context alive forever.
        GCHandle self = GCHandle.Alloc(null, GCHandleType.Weak);
        var signal = new AbortSignal(context, self);
        self.Target = signal;
        context.KeepUntilReleased(self);
        return signal;
    }

    /// <summary>Sets the token that the next evaluation observes.</summary>
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
