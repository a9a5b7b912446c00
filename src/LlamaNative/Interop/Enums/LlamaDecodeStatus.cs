namespace LlamaNative.Interop;

/// <summary>
/// llama.h: what <c>llama_decode</c> returns, which the header has in a comment only. Anything below <see cref="InvalidBatch"/> is fatal.
/// </summary>
internal enum LlamaDecodeStatus
{
    InvalidBatch = -1,
    Success = 0,

    /// <summary>There is no room in the KV cache; nothing changed.</summary>
    NoSlot = 1,

    /// <summary>The abort callback stopped it; the micro-batches before stay in the cache.</summary>
    Aborted = 2,
}
