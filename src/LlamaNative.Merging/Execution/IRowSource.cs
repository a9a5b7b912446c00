namespace LlamaNative.Merging.Execution;

/// <summary>Rows of an input tensor, decoded. Safe for concurrent use.</summary>
internal interface IRowSource
{
    /// <summary>Reads whole rows of the output's length.</summary>
    /// <exception cref="MergeException">The file cannot be read, or a number in it is not finite.</exception>
    void Read(long firstRow, int count, Span<float> destination);
}

/// <summary>Where a tensor's rows go, in order.</summary>
internal interface IRowSink
{
    /// <summary>Bytes of a row.</summary>
    int RowBytes { get; }

    /// <summary>Turns rows into bytes; runs on any thread.</summary>
    void Encode(long firstRow, int count, ReadOnlySpan<float> rows, Span<byte> bytes);

    /// <summary>Takes the bytes, in order.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}
