namespace LlamaNative.Contexts;

/// <summary>A context could not be created from the model and options.</summary>
public sealed class ContextCreationException : LlamaException
{
    internal ContextCreationException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// The KV cache has too few free cells for a batch. Nothing was evaluated and the context remains usable: remove tokens from a
/// sequence, or send a smaller batch.
/// </summary>
public sealed class CacheFullException : LlamaException
{
    internal CacheFullException(int requestedCells, int freeCells, int capacity)
        : base($"The KV cache is full: {requestedCells} cells requested, {freeCells} of {capacity} free. "
            + "Remove tokens from a sequence, send a smaller batch, or create the context with a larger ContextSize.")
    {
        RequestedCells = requestedCells;
        FreeCells = freeCells;
        Capacity = capacity;
    }

    /// <summary>Cells that the batch needs, one per token.</summary>
    public int RequestedCells { get; }

    /// <summary>Free cells.</summary>
    public int FreeCells { get; }

    /// <summary>Total cells: of the sequence, or of the whole cache when it is unified.</summary>
    public int Capacity { get; }
}

/// <summary>llama.cpp could not evaluate a batch.</summary>
public sealed class DecodeException : LlamaException
{
    internal DecodeException(int code, string message)
        : base(message) => Code = code;

    /// <summary>
    /// The return value of <c>llama_decode</c>: 1 if the batch does not fit into the KV cache, -1 for an invalid batch, below
    /// -1 for a fatal error.
    /// </summary>
    public int Code { get; }
}

/// <summary>A context was used by two threads at once. The second call had no effect; the first continues.</summary>
public sealed class ContextBusyException : LlamaException
{
    internal ContextBusyException()
        : base(
            "The context is in use on another thread. A context serves one thread at a time: create one per thread, or use the async "
            + "methods, which are queued.")
    {
    }
}
