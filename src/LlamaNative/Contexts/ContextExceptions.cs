namespace LlamaNative.Contexts;

/// <summary>A context could not be made from a model and options.</summary>
public sealed class ContextCreationException : LlamaException
{
    /// <summary>Creates the exception; the message names the option or quotes the native log.</summary>
    public ContextCreationException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// The KV cache has no room for a batch. Nothing was evaluated and the context is as usable as before: remove tokens
/// from a sequence, or send fewer.
/// </summary>
public sealed class CacheFullException : LlamaException
{
    internal CacheFullException(int requestedCells, int freeCells, int capacity)
        : base($"The KV cache is full: {requestedCells} cells were asked for, {freeCells} of {capacity} are free. "
            + "Remove tokens from a sequence, send fewer, or create the context with a larger ContextSize.")
    {
        RequestedCells = requestedCells;
        FreeCells = freeCells;
        Capacity = capacity;
    }

    /// <summary>Cells the batch needs, one for each token.</summary>
    public int RequestedCells { get; }

    /// <summary>Cells that are free.</summary>
    public int FreeCells { get; }

    /// <summary>Cells there are: of the sequence, or of the whole cache when it is unified.</summary>
    public int Capacity { get; }
}

/// <summary>llama.cpp could not evaluate a batch.</summary>
public sealed class DecodeException : LlamaException
{
    internal DecodeException(int code, string message)
        : base(message) => Code = code;

    /// <summary>
    /// What <c>llama_decode</c> returned: 1 for a batch that cannot be placed, -1 for an invalid one, less for a fatal error.
    /// </summary>
    public int Code { get; }
}

/// <summary>Two threads used one context at once. The second call did nothing; the first goes on.</summary>
public sealed class ContextBusyException : LlamaException
{
    internal ContextBusyException()
        : base(
            "The context is in use on another thread. A context serves one thread at a time: use one for each, or the asynchronous calls, "
            + "which take turns.")
    {
    }
}
