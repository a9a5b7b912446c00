namespace LlamaNative.Interop;

/// <summary>ggml.h: <c>struct ggml_threadpool_params</c>.</summary>
internal unsafe struct ggml_threadpool_params
{
    /// <summary>ggml.h: <c>GGML_MAX_N_THREADS</c>.</summary>
    public const int MaxThreads = 512;

    public fixed byte cpumask[MaxThreads];
    public int n_threads;
    public int prio;
    public uint poll;
    public byte strict_cpu;
    public byte paused;
}
