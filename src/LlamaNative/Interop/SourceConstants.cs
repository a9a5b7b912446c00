namespace LlamaNative.Interop;

/// <summary>Limits in llama.cpp's sources that no header publishes; going beyond one ends the process.</summary>
internal static class SourceConstants
{
    /// <summary>src/llama-cparams.h: the most sequences of a context.</summary>
    public const int LLAMA_MAX_SEQ = 256;

    /// <summary>ggml/src/ggml-backend.cpp: the most backends of a scheduler.</summary>
    public const int GGML_SCHED_MAX_BACKENDS = 16;

    /// <summary>ggml/src/ggml-impl.h: what the addresses of tensors on the CPU are a multiple of.</summary>
    public const int TENSOR_ALIGNMENT = 32;

    /// <summary>src/llama-context.cpp: what the size of a context is rounded up to a multiple of.</summary>
    public const int ContextPadding = 256;

    /// <summary>src/llama-model-loader.cpp: the columns of the product by which a weight's buffer type is chosen.</summary>
    public const int ProbedColumns = 512;

    /// <summary>ggml/src/ggml.c: how many settings an AdamW step takes.</summary>
    public const int AdamWSettings = 7;

    /// <summary>ggml/src/ggml-cpu/ops.cpp: how many settings a step of SGD takes.</summary>
    public const int SgdSettings = 2;
}
