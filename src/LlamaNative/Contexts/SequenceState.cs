using System.IO.Hashing;
using LlamaNative.Interop;

namespace LlamaNative.Contexts;

/// <summary>
/// The KV cache content of one sequence, copied out of the cache so that a conversation can continue in another process without
/// evaluation. The bytes are in llama.cpp's format for one model, cache type and library version. llama.cpp does not validate
/// them, so the caller must verify that stored bytes are unchanged.
/// </summary>
internal sealed unsafe class SequenceState : IDisposable
{
    private const int ChunkSize = 1 << 20;

    private readonly NativeBuffer _memory;

    private SequenceState(long length)
    {
        Length = length;
        _memory = new NativeBuffer((nuint)length);
    }

    /// <summary>The version of the format of the loaded llama.cpp. Bytes in another format must not be restored.</summary>
    public static int Format => ReleaseProfile.Loaded.StateFormat;

    /// <summary>Size in bytes.</summary>
    public long Length { get; }

    private byte* Bytes => (byte*)_memory.DangerousGetHandle();

    /// <summary>Copies the state of a sequence out of the cache.</summary>
    public static SequenceState Capture(LlamaContext context, int sequence)
    {
        using LlamaContext.Lease lease = context.Enter();
        nuint size = LlamaState.llama_state_seq_get_size(context.Handle, sequence);
        var state = new SequenceState((long)size);
        nuint written = LlamaState.llama_state_seq_get_data(context.Handle, state.Bytes, size, sequence);
        if (written != size)
        {
            state.Dispose();
            throw new LlamaException($"llama.cpp saved {written} of {size} bytes of sequence {sequence}.");
        }

        return state;
    }

    /// <summary>Reads a state from a stream.</summary>
    /// <exception cref="EndOfStreamException">The stream ends early.</exception>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    public static SequenceState Read(Stream source, long length, CancellationToken cancellationToken)
    {
        var state = new SequenceState(length);
        try
        {
            for (long at = 0; at < length; at += ChunkSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                source.ReadExactly(new Span<byte>(state.Bytes + at, state.ChunkAt(at)));
            }

            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>The XXH128 hash of the bytes, in hexadecimal.</summary>
    public string Hash(CancellationToken cancellationToken)
    {
        var hash = new XxHash128();
        for (long at = 0; at < Length; at += ChunkSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.Append(new ReadOnlySpan<byte>(Bytes + at, ChunkAt(at)));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public void WriteTo(Stream destination, CancellationToken cancellationToken)
    {
        for (long at = 0; at < Length; at += ChunkSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            destination.Write(new ReadOnlySpan<byte>(Bytes + at, ChunkAt(at)));
        }
    }

    /// <summary>
    /// Replaces a sequence with this state, whose tokens are <paramref name="tokens"/>. Returns false if the state does not fit
    /// the context; the sequence is then empty.
    /// </summary>
    public bool RestoreTo(LlamaContext context, int sequence, ReadOnlySpan<int> tokens)
    {
        using LlamaContext.Lease lease = context.Enter();
        context.Cache.Remove(sequence);
        nuint read = LlamaState.llama_state_seq_set_data(context.Handle, Bytes, (nuint)Length, sequence);
        (int Min, int Max)? positions = context.Cache.GetPositions(sequence);
        if (read == 0 || positions?.Max != tokens.Length - 1)
        {
            context.Cache.Remove(sequence);
            return false;
        }

        for (int i = 0; i < tokens.Length; i++)
        {
            context.Cache.Ledger.Append(tokens[i], i, new ReadOnlySpan<int>(in sequence));
        }

        return true;
    }

    public void Dispose() => _memory.Dispose();

    private int ChunkAt(long at) => (int)Math.Min(ChunkSize, Length - at);
}
