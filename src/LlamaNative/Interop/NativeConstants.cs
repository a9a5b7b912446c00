using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>Macros and counts from the public headers, with their original names.</summary>
internal static class NativeConstants
{
    public const int GGML_MAX_DIMS = 4;
    public const int GGML_MAX_SRC = 10;

    /// <summary>The size of a tensor's name in bytes, including the terminating zero.</summary>
    public const int GGML_MAX_NAME = 64;

    /// <summary>The size of an operator's parameters in bytes.</summary>
    public const int GGML_MAX_OP_PARAMS = 64;

    public const int GGML_MAX_N_THREADS = 512;

    /// <summary>Stands for the number of threads of the backend.</summary>
    public const int GGML_N_TASKS_MAX = -1;

    public const int GGML_MEM_ALIGN = 16;

    /// <summary>Also used as the value of an optional tensor type that is not set.</summary>
    public const GgmlType GGML_TYPE_COUNT = (GgmlType)GgmlTypeInfo.TypeCount;

    /// <summary>Makes a sampler choose a random seed.</summary>
    public const uint LLAMA_DEFAULT_SEED = 0xFFFFFFFF;

    public const int LLAMA_TOKEN_NULL = -1;

    /// <summary>The version of the format of saved states.</summary>
    public const int LLAMA_SESSION_VERSION = 10;
}
