namespace LlamaNative.Interop;

/// <summary>llama.h: <c>enum llama_split_mode</c>.</summary>
internal enum LlamaSplitMode
{
    None = 0,
    Layer = 1,
    Row = 2,
    Tensor = 3,
}

/// <summary>llama.h: <c>enum llama_load_mode</c>.</summary>
internal enum LlamaLoadMode
{
    Auto = -1,
    None = 0,
    Mmap = 1,
    Mlock = 2,
    MmapMlock = 3,
    DirectIo = 4,
}

/// <summary>llama.h: <c>enum llama_lazy_mode</c>.</summary>
internal enum LlamaLazyMode
{
    Off = 0,
    Auto = 1,
    On = 2,
}
