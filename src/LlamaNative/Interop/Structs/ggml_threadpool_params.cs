namespace LlamaNative.Interop;

/// <summary>ggml.h: <c>struct ggml_threadpool_params</c>.</summary>
internal unsafe struct ggml_threadpool_params
{
    public fixed byte cpumask[NativeConstants.GGML_MAX_N_THREADS];
    public int n_threads;
    public int prio;
    public uint poll;
    public byte strict_cpu;
    public byte paused;
}
