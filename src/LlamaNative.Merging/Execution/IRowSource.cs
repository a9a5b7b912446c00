namespace LlamaNative.Merging.Execution;

/// <summary>The rows of an input tensor, decoded to floats. Thread-safe.</summary>
internal interface IRowSource
{
    /// <summary>Reads whole rows of the output's row length.</summary>
    /// <exception cref="MergeException">The file cannot be read, or has a non-finite number.</exception>
    void Read(long firstRow, int count, Span<float> destination);
}

/// <summary>Receives the rows of an output tensor.</summary>
internal interface IRowSink
{
    /// <summary>Bytes per row.</summary>
    int RowBytes { get; }

    /// <summary>Encodes rows as bytes; called on any thread.</summary>
    void Encode(long firstRow, int count, ReadOnlySpan<float> rows, Span<byte> bytes);

    /// <summary>Writes encoded rows; called in order.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}
