using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>
/// Leads llama.cpp's evaluation callback to an observer and keeps what it throws, which must not cross native frames.
/// The native side holds a weak handle: the context holds the hook, and whoever evaluates holds the context.
/// </summary>
internal sealed unsafe class EvaluationHook
{
    private readonly IEvaluationObserver _observer;
    private Exception? _error;

    private EvaluationHook(IEvaluationObserver observer) => _observer = observer;

    /// <summary>Whether the observer is being called: the context is then in the middle of an evaluation.</summary>
    public bool IsCalling { get; private set; }

    /// <summary>Puts the hook of an observer into a context's parameters; the handle is freed after the context.</summary>
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

    /// <summary>Throws what the observer threw during the evaluation.</summary>
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

    /// <summary>Asked before an operator: whether it is wanted. Told after it: whether to go on.</summary>
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
