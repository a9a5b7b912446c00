namespace LlamaNative.Interop;

/// <summary>Limits in llama.cpp's sources that are not in a public header. Exceeding one aborts the process.</summary>
internal static class SourceConstants
{
    /// <summary>src/llama-cparams.h: the maximum number of sequences of a context.</summary>
    public const int LLAMA_MAX_SEQ = 256;

    /// <summary>ggml/src/ggml-backend.cpp: the maximum number of backends of a scheduler.</summary>
    public const int GGML_SCHED_MAX_BACKENDS = 16;

    /// <summary>ggml/src/ggml-impl.h: the alignment of tensors on the CPU in bytes.</summary>
    public const int TENSOR_ALIGNMENT = 32;

    /// <summary>src/llama-context.cpp: the size of a context is rounded up to a multiple of this.</summary>
    public const int ContextPadding = 256;

    /// <summary>src/llama-model-loader.cpp: the number of columns of the product used to choose a weight's buffer type.</summary>
    public const int ProbedColumns = 512;

    /// <summary>ggml/src/ggml.c: the number of settings of an AdamW step.</summary>
    public const int AdamWSettings = 7;

    /// <summary>ggml/src/ggml-cpu/ops.cpp: the number of settings of an SGD step.</summary>
    public const int SgdSettings = 2;
}
