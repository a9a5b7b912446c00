using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>
/// Forwards llama.cpp's evaluation callback to an observer and stores its exceptions, which must not cross native frames.
/// Native code gets a weak handle: the context references the hook, and the evaluating caller references the context.
/// </summary>
internal sealed unsafe class EvaluationHook
{
    private readonly IEvaluationObserver _observer;
    private Exception? _error;

    private EvaluationHook(IEvaluationObserver observer) => _observer = observer;

    /// <summary>True during a call to the observer, when the context is in the middle of an evaluation.</summary>
    public bool IsCalling { get; private set; }

    /// <summary>Adds the hook of an observer to a context's parameters; the handle is freed after the context.</summary>
    public static EvaluationHook? Attach(IEvaluationObserver? observer, ref llama_context_params parameters, out GCHandle handle)
    {
        handle = default;
        if (observer is null)
        {
            return null;
        }

        var hook = new EvaluationHook(observer);
        handle = GCHandle.Alloc(hook, GCHandleType.Weak);
        parameters.cb_eval = &Evaluated;
        parameters.cb_eval_user_data = (void*)GCHandle.ToIntPtr(handle);
        return hook;
    }

    /// <summary>Rethrows the exception that the observer threw during the evaluation.</summary>
    public void Rethrow()
    {
        if (_error is { } error)
        {
            _error = null;
            ExceptionDispatchInfo.Throw(error);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte Evaluated(nint tensor, byte ask, void* data) =>
        GCHandle.FromIntPtr((nint)data).Target is EvaluationHook { _error: null } hook && hook.Call((ggml_tensor*)tensor, ask != 0)
            ? (byte)1
            : (byte)0;

    /// <summary>
    /// Called before an operation to ask whether its result is wanted, and after it to ask whether to continue.
    /// </summary>
    private bool Call(ggml_tensor* tensor, bool ask)
    {
        IsCalling = true;
        try
        {
            EvaluationNode node = Describe(tensor);
            if (ask)
            {
                return _observer.Wants(node);
            }

            _observer.Observe(new EvaluatedTensor(tensor, node));
            return true;
        }
        catch (Exception error)
        {
            _error = error;
            return false;
        }
        finally
        {
            IsCalling = false;
        }
    }

    private static EvaluationNode Describe(ggml_tensor* tensor)
    {
        Dims ne = Dims.Of(tensor->ne[0], tensor->ne[1], tensor->ne[2], tensor->ne[3]);
        Dims nb = Dims.Of((long)tensor->nb[0], (long)tensor->nb[1], (long)tensor->nb[2], (long)tensor->nb[3]);
        int rank = ne[3] != 1 ? 4 : ne[2] != 1 ? 3 : ne[1] != 1 ? 2 : 1;
        var layout = new TensorLayout(tensor->type, TensorShape.FromDims(ne, rank), nb, offset: 0);
        return new EvaluationNode(NativeText.Read(tensor->name) ?? "", NativeText.Read(GgmlContexts.ggml_op_desc(tensor)) ?? "", layout);
    }
}
