namespace LlamaNative.Interop;

/// <summary>
/// llama.h: the return values of <c>llama_decode</c>, which the header describes only in a comment. Values below <see cref="InvalidBatch"/>
/// are fatal.
/// </summary>
internal enum LlamaDecodeStatus
{
    InvalidBatch = -1,
    Success = 0,

    /// <summary>The KV cache is full; nothing changed.</summary>
    NoSlot = 1,

    /// <summary>The abort callback stopped decoding; completed micro-batches stay in the cache.</summary>
    Aborted = 2,
}
