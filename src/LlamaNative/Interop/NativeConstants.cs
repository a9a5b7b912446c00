using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>Macros and counts of the public headers, under their own names.</summary>
internal static class NativeConstants
{
    public const int GGML_MAX_DIMS = 4;
    public const int GGML_MAX_SRC = 10;

    /// <summary>Bytes of a tensor's name, the final zero included.</summary>
    public const int GGML_MAX_NAME = 64;

    /// <summary>Bytes of an operator's parameters.</summary>
    public const int GGML_MAX_OP_PARAMS = 64;

    public const int GGML_MAX_N_THREADS = 512;

    /// <summary>As many tasks as the backend has threads.</summary>
    public const int GGML_N_TASKS_MAX = -1;

    public const int GGML_MEM_ALIGN = 16;

    /// <summary>Where a tensor type is optional, the value that leaves it open.</summary>
    public const GgmlType GGML_TYPE_COUNT = (GgmlType)GgmlTypeInfo.TypeCount;

    /// <summary>The seed that makes a sampler draw its own.</summary>
    public const uint LLAMA_DEFAULT_SEED = 0xFFFFFFFF;

    public const int LLAMA_TOKEN_NULL = -1;
}
