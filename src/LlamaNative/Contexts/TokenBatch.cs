using LlamaNative.Interop;

namespace LlamaNative.Contexts;

/// <summary>
/// Tokens to evaluate together, each with its position and sequences. The native arrays are allocated once, so one batch can be
/// reused for every step. Not thread-safe.
/// </summary>
public sealed unsafe class TokenBatch : IDisposable
{
    /// <summary>
    /// The largest position. Ranges exclude their end, so a token at <see cref="int.MaxValue"/> could never be removed.
    /// </summary>
    internal const int MaxPosition = int.MaxValue - 1;

    private readonly NativeBuffer _memory;
    private llama_batch _batch;

    /// <summary>Creates an empty batch.</summary>
    /// <param name="capacity">Maximum number of tokens, from 1 to 16,777,216.</param>
    /// <param name="maxSequences">Maximum number of sequences per token, from 1 to 256.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public TokenBatch(int capacity, int maxSequences = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 24);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSequences);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxSequences, SourceConstants.LLAMA_MAX_SEQ);
        Capacity = capacity;
        MaxSequences = maxSequences;

        // One block with the widest elements first, so that each array is aligned.
        nuint n = (nuint)capacity;
        nuint pointers = n * (nuint)sizeof(int*);
        nuint integers = n * sizeof(int);
        _memory = new NativeBuffer(pointers + (integers * (nuint)(3 + maxSequences)) + n);
        byte* start = (byte*)_memory.DangerousGetHandle();
        _batch.seq_id = (int**)start;
        _batch.token = (int*)(start + pointers);
        _batch.pos = _batch.token + capacity;
        _batch.n_seq_id = _batch.pos + capacity;
        int* sequences = _batch.n_seq_id + capacity;
        _batch.logits = (sbyte*)(sequences + ((nint)capacity * maxSequences));
        for (int i = 0; i < capacity; i++)
        {
            _batch.seq_id[i] = sequences + ((nint)i * maxSequences);
        }
    }

    /// <summary>Maximum number of tokens.</summary>
    public int Capacity { get; }

    /// <summary>Maximum number of sequences per token.</summary>
    public int MaxSequences { get; }

    /// <summary>Number of tokens in the batch.</summary>
    public int Count => _batch.n_tokens;

    internal NativeBuffer Memory => _memory;

    internal ref readonly llama_batch Native => ref _batch;

    /// <summary>Adds a token of one sequence and returns its index in the batch.</summary>
    /// <param name="token">The token id; checked against the vocabulary when the batch is evaluated.</param>
    /// <param name="position">Its position in the sequence, counted from 0.</param>
    /// <param name="sequence">The sequence it belongs to.</param>
    /// <param name="logits">Whether to compute its output: logits, or the embedding.</param>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public int Add(int token, int position, int sequence = 0, bool logits = false) =>
        Add(token, position, new ReadOnlySpan<int>(in sequence), logits);

    /// <summary>Adds a token that belongs to several sequences and returns its index in the batch.</summary>
    /// <exception cref="ArgumentException">There are no sequences, too many, or one is listed twice.</exception>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public int Add(int token, int position, ReadOnlySpan<int> sequences, bool logits = false)
    {
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, MaxPosition);
        if (sequences.Length == 0 || sequences.Length > MaxSequences)
        {
            throw new ArgumentException($"A token of this batch can belong to 1 to {MaxSequences} sequences, not {sequences.Length}.",
                nameof(sequences));
        }

        for (int i = 1; i < sequences.Length; i++)
        {
            if (sequences[..i].Contains(sequences[i]))
            {
                throw new ArgumentException($"Sequence {sequences[i]} is listed twice.", nameof(sequences));
            }
        }

        int index = _batch.n_tokens;
        if (index == Capacity)
        {
            throw new InvalidOperationException($"The batch is full: its capacity is {Capacity} tokens.");
        }

        _batch.token[index] = token;
        _batch.pos[index] = position;
        _batch.n_seq_id[index] = sequences.Length;
        sequences.CopyTo(new Span<int>(_batch.seq_id[index], MaxSequences));
        _batch.logits[index] = logits ? (sbyte)1 : (sbyte)0;
        _batch.n_tokens = index + 1;
        return index;
    }

    /// <summary>Removes all tokens.</summary>
    public void Clear() => _batch.n_tokens = 0;

    /// <summary>Frees the arrays once no evaluation uses them.</summary>
    public void Dispose() => _memory.Dispose();
}
