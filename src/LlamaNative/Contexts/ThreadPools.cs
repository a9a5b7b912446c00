using LlamaNative.Interop;

namespace LlamaNative.Contexts;

/// <summary>Attaches ggml thread pools to a context.</summary>
internal static unsafe class ThreadPools
{
    public static void Attach(LlamaContextHandle context, ContextOptions options)
    {
        int threads = ContextParameters.Threads(options);
        int batchThreads = ContextParameters.BatchThreads(options);
        nint pool = NewPool(threads, options.ThreadPolling);
        nint batchPool = batchThreads == threads ? pool : NewPool(batchThreads, options.ThreadPolling);
        context.AttachPools(pool, batchPool);
    }

    private static nint NewPool(int threads, int polling)
    {
        ggml_threadpool_params parameters;
        GgmlThreads.ggml_threadpool_params_init(&parameters, threads);
        parameters.poll = (uint)polling;
        nint pool = GgmlThreads.NewPool(&parameters);
        return pool != 0 ? pool : throw new ContextCreationException($"ggml could not start a pool of {threads} threads.");
    }
}
