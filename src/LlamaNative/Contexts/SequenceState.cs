using LlamaNative.Interop;

namespace LlamaNative.Contexts;

/// <summary>
/// Copies what the cache holds of a sequence out to a stream and back in, so that a conversation can go on in another
/// process without being evaluated again. The bytes are llama.cpp's own, for one model, cache type and library version;
/// they are trusted as the memory they become, so whoever stores them must check that they come back unchanged.
/// </summary>
internal static unsafe class SequenceState
{
    /// <summary>Writes the state of a sequence and returns its length in bytes.</summary>
    public static long Save(LlamaContext context, int sequence, Stream destination)
    {
        using LlamaContext.Lease lease = context.Enter();
        nuint size = LlamaState.llama_state_seq_get_size(context.Handle, sequence);
        using var buffer = new NativeBuffer(size);
        byte* bytes = (byte*)buffer.DangerousGetHandle();
        nuint written = LlamaState.llama_state_seq_get_data(context.Handle, bytes, size, sequence);
        if (written != size)
        {
            throw new LlamaException($"llama.cpp gave {written} of the {size} bytes of sequence {sequence}.");
        }

        using var source = new UnmanagedMemoryStream(bytes, (long)size);
        source.CopyTo(destination);
        return (long)size;
    }

    /// <summary>Replaces a sequence by a saved state that holds <paramref name="tokens"/>; false when it does not fit this context, and the sequence is then empty.</summary>
    public static bool Restore(LlamaContext context, int sequence, Stream source, long length, ReadOnlySpan<int> tokens)
    {
        using LlamaContext.Lease lease = context.Enter();
        using var buffer = new NativeBuffer((nuint)length);
        byte* bytes = (byte*)buffer.DangerousGetHandle();
        using (var destination = new UnmanagedMemoryStream(bytes, 0, length, FileAccess.Write))
        {
            source.CopyTo(destination);
        }

        context.Cache.Remove(sequence);
        nuint read = LlamaState.llama_state_seq_set_data(context.Handle, bytes, (nuint)length, sequence);
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
}
